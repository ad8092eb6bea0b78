"""Following a MIDI clock: its ticks in, small planned tempo changes out. No device in here, and no thread.

The leader says where the song is by counting clocks from Start, or from a Song Position. Tao gets there by changing its
tempo by at most 2 %, so the music never jumps except there. Where Tao's own tempo was only a guess (before the first
clocks, and after the leader's tempo has jumped) it catches up within a beat. When the clock stops coming, Tao plays on
at its tempo.
"""

from dataclasses import dataclass, field

from engine.core.commands import FollowTempo
from engine.core.machine import Machine
from engine.core.midi import ClockSource
from engine.core.midi_bytes import CLOCK, CLOCK_TICKS, CLOCKS_PER_BEAT, START, STOP
from engine.core.midi_transport import RESTING, SONG_START, Begin, Transport
from engine.core.snapshot import Sync, SyncState
from engine.core.timeline import MAX_BPM, MIN_BPM, PPQN, Timeline
from engine.sync.pull import Pull
from engine.sync.tempo_filter import TempoFilter

LOST_S, GONE_S = 0.25, 10.0
FEWEST_TICKS = 2
MOST_BEATS_OFF = 2.0  # further away, the song has been moved by hand: its beats stay in step
LEAST_CHANGE = 1e-5
SHOWN_STEP_BPM = 0.05


@dataclass(slots=True)
class _Input:
    """One MIDI input. anchor: the number of a clock and the song tick that it stands for, RESTING where the song was
    continued and its place is not known yet."""

    filter: TempoFilter = field(default_factory=TempoFilter)
    heard_s: float = -1e9
    transport: Transport = field(default_factory=Transport)
    anchor: tuple[int, int] | None = None

    @property
    def next_ticks(self) -> int:
        """The song tick that the next clock stands for; RESTING where that is not known."""
        if self.anchor is None or self.anchor[1] == RESTING:
            return RESTING
        return self.anchor[1] + (self.filter.number + 1 - self.anchor[0]) * CLOCK_TICKS


class ClockFollower:
    """Takes clocks in, says how to steer. sample_rate in Hz; all frames are the engine's."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._inputs: dict[int, _Input] = {}
        self._leader_port: int | None = None
        self._steered_frames = -(1 << 40)
        self._lost = False
        self._pull = Pull()
        self._shown_bpm: float | None = None

    def hear(self, frame: int, port: int, message: bytes, obeys_position: bool) -> None:
        """One message that came in on `frame`. obeys_position: whether the port's Song Position counts."""
        input_ = self._inputs.setdefault(port, _Input())
        runs = input_.anchor is not None
        event = input_.transport.hear(message, input_.next_ticks, runs, obeys_position)
        if message[0] == CLOCK:
            self._clock(input_, frame)
            self._choose(port, frame)
        elif message[0] in (START, STOP):
            input_.anchor = None
        if isinstance(event, Begin):
            input_.anchor = input_.filter.number, 0 if event.ticks == SONG_START else event.ticks

    @property
    def _leader(self) -> _Input | None:
        return None if self._leader_port is None else self._inputs[self._leader_port]

    def steer(self, machine: Machine, now_frames: int, at_frames: int) -> FollowTempo | None:
        """What to plan for `at_frames`, or None when all is well. Call often; it answers ten times a second."""
        leader = self._leader
        if leader is None or leader.filter.bpm is None or not machine.midi.follows_transport:
            return None
        bpm = leader.filter.bpm
        if not MIN_BPM <= bpm <= MAX_BPM:
            return None
        if (now_frames - leader.heard_s * self._rate) / self._rate > LOST_S:
            return self._freewheel(bpm, machine)
        self._lost = False
        self._pull.catches_up = self._pull.catches_up or not leader.filter.settled
        if leader.filter.number < FEWEST_TICKS or at_frames - self._steered_frames < self._pull.every_s * self._rate:
            return None
        wanted = min(MAX_BPM, max(MIN_BPM, bpm * (1.0 + self._share(leader, machine, at_frames))))
        if abs(wanted - machine.timeline.bpm) <= LEAST_CHANGE * wanted:
            return None
        self._steered_frames = at_frames
        return FollowTempo(wanted, bpm)

    def lost(self, now_frames: int) -> bool:
        """Whether there was a clock and it has stopped coming."""
        leader = self._leader
        return leader is not None and now_frames / self._rate - leader.heard_s > LOST_S

    def leads(self, now_frames: int) -> bool:
        """Whether there is a clock, or it stopped so recently that it may come back."""
        leader = self._leader
        return leader is not None and now_frames / self._rate - leader.heard_s <= GONE_S

    def status(self, machine: Machine, now_frames: int) -> Sync:
        """What the musician sees; the tempo shown changes only when it has moved far enough to read."""
        source = machine.midi.source
        leader = self._leader
        if not machine.midi.follows_transport or leader is None or leader.filter.bpm is None:
            state = SyncState.INTERNAL if source in (ClockSource.INTERNAL, ClockSource.AUTO) else SyncState.WAITING
            return Sync(source, state)
        if self._shown_bpm is None or abs(leader.filter.bpm - self._shown_bpm) > SHOWN_STEP_BPM:
            self._shown_bpm = round(leader.filter.bpm, 1)
        if self.lost(now_frames):
            state = SyncState.LOST
        else:
            state = SyncState.LOCKED if leader.filter.locked else SyncState.SEEKING
        rivals = sum(now_frames / self._rate - other.heard_s <= LOST_S for other in self._inputs.values()) > 1
        jitter_ms = round(1000.0 * leader.filter.noise_s, 1) if leader.filter.locked else None
        return Sync(source, state, self._shown_bpm, (self._leader_port or 0) + 1, rivals, jitter_ms=jitter_ms)

    def position(self, at_frames: int) -> float | None:
        """The leader's song tick on `at_frames`; None while it is not known."""
        leader = self._leader
        if leader is None or leader.anchor is None or leader.filter.bpm is None:
            return None
        number, ticks = leader.anchor
        return ticks + (leader.filter.tick_at(at_frames / self._rate) - number) * CLOCK_TICKS

    def continued_at(self, ticks: int) -> None:
        """The song was continued from `ticks`, where it had rested: Continue alone does not say where."""
        for input_ in self._inputs.values():
            if input_.anchor is not None and input_.anchor[1] == RESTING:
                input_.anchor = input_.anchor[0], ticks

    def _clock(self, input_: _Input, frame: int) -> None:
        at_s = frame / self._rate
        if at_s - input_.heard_s > 2.0 and input_.anchor is None:
            input_.filter = TempoFilter()  # the last clock is too old to say anything
        input_.filter, input_.heard_s = input_.filter.after(at_s), at_s

    def _choose(self, port: int, frame: int) -> None:
        """The first clock that comes leads, until it is lost and another is there."""
        if self._leader_port is None or (port != self._leader_port and self.lost(frame)):
            self._leader_port, self._shown_bpm = port, None

    def _share(self, leader: _Input, machine: Machine, at_frames: int) -> float:
        """How much faster to play, as a share, to reach the leader soon."""
        there = self.position(at_frames)
        if there is None or not machine.playing or (leader.anchor is not None and leader.anchor[1] == RESTING):
            self._pull.catches_up = False
            return 0.0
        timeline: Timeline = machine.timeline
        here = timeline.origin_ticks + (at_frames - timeline.origin_frames) / timeline.frames_per_tick
        behind_beats = (there - here) / PPQN
        if abs(behind_beats) > MOST_BEATS_OFF:
            behind_beats -= round(behind_beats)
        behind_s = behind_beats * leader.filter.period_s * CLOCKS_PER_BEAT
        return self._pull.share(behind_s, leader.filter.settled)

    def _freewheel(self, bpm: float, machine: Machine) -> FollowTempo | None:
        """The clock has stopped coming: play on at its tempo."""
        if self._lost:
            return None
        self._lost = True
        return FollowTempo(bpm, bpm) if abs(machine.timeline.bpm - bpm) > LEAST_CHANGE * bpm else None
