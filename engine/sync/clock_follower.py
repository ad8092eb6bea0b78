"""Following another's clock: its ticks in, small planned tempo changes out. No device in here, and no thread.

Whom we follow says where the song is by counting clocks from Start, or from a Song Position; we are led there by
at most 2 % of tempo, so nothing ever jumps but at Start. A clock that stops coming leaves us at its last tempo.
"""

from dataclasses import dataclass

from engine.core.commands import FollowTempo
from engine.core.machine import Machine
from engine.core.midi import ClockSource
from engine.core.midi_bytes import CLOCKS_PER_BEAT
from engine.core.snapshot import Sync, SyncState
from engine.core.timeline import MAX_BPM, MIN_BPM, PPQN, Timeline
from engine.sync.tempo_filter import TempoFilter

CLOCK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
CLOCK_TICKS = PPQN // CLOCKS_PER_BEAT
LOST_S, GONE_S = 0.25, 10.0
STEER_EVERY_S = 0.1
PULL_S, MOST_PULL = 0.4, 0.02  # a phase error is made good in about this time, by at most this share of the tempo
LEAST_CHANGE = 1e-5
SHOWN_STEP_BPM = 0.05


@dataclass(slots=True)
class _Input:
    """What came in by one port."""

    filter: TempoFilter
    heard_s: float = -1e9
    armed: bool = False
    start_ticks: int = 0
    position_ticks: int | None = None
    anchor: tuple[int, int] | None = None  # a clock's number and the song tick that it stands for


class MidiFollower:
    """Hears clocks, says how to steer. sample_rate in Hz; all frames are the engine's."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._inputs: dict[int, _Input] = {}
        self._leader: int | None = None
        self._steered_frames = -(1 << 40)
        self._lost = False
        self._shown_bpm: float | None = None

    def hear(self, frame: int, port: int, message: bytes, obeys_position: bool) -> None:
        """One message that came in on `frame`; any that is no clock and no transport is let pass."""
        heard = self._inputs.setdefault(port, _Input(TempoFilter()))
        match message[0]:
            case 0xF8:
                self._clock(heard, frame)
                self._choose(port, frame)
            case 0xFA:
                heard.armed, heard.start_ticks, heard.anchor = True, 0, None
            case 0xF2 if obeys_position and len(message) == 3:
                heard.position_ticks = (message[1] | message[2] << 7) * 6 * CLOCK_TICKS
            case 0xFB:
                heard.armed, heard.anchor = True, None
                heard.start_ticks = -1 if heard.position_ticks is None else heard.position_ticks
            case 0xFC:
                heard.armed, heard.anchor, heard.position_ticks = False, None, None

    def steer(self, machine: Machine, now_frames: int, at_frames: int) -> FollowTempo | None:
        """What to plan for `at_frames`, or None when all is well. Asked often; answers ten times a second."""
        leader = self._inputs.get(self._leader) if self._leader is not None else None
        if leader is None or leader.filter.bpm is None or not machine.midi.follows_transport:
            return None
        bpm = leader.filter.bpm
        if not MIN_BPM <= bpm <= MAX_BPM:
            return None
        if (now_frames - leader.heard_s * self._rate) / self._rate > LOST_S:
            return self._freewheel(bpm, machine)
        self._lost = False
        if leader.filter.ticks < 6 or at_frames - self._steered_frames < STEER_EVERY_S * self._rate:
            return None
        wanted = min(MAX_BPM, max(MIN_BPM, bpm * (1.0 + self._pull(leader, machine, at_frames))))
        if abs(wanted - machine.timeline.bpm) <= LEAST_CHANGE * wanted:
            return None
        self._steered_frames = at_frames
        return FollowTempo(wanted, bpm)

    def lost(self, now_frames: int) -> bool:
        """Whether there was a clock, and it has gone."""
        leader = self._inputs.get(self._leader) if self._leader is not None else None
        return leader is not None and now_frames / self._rate - leader.heard_s > LOST_S

    def leads(self, now_frames: int) -> bool:
        """Whether there is a clock, or it has gone so lately that it may be back."""
        leader = self._inputs.get(self._leader) if self._leader is not None else None
        return leader is not None and now_frames / self._rate - leader.heard_s <= GONE_S

    def status(self, machine: Machine, now_frames: int) -> Sync:
        """What a musician is shown; the tempo moves only when it has changed enough to read."""
        source = machine.midi.source
        leader = self._inputs.get(self._leader) if self._leader is not None else None
        if source in (ClockSource.INTERNAL, ClockSource.LINK) or leader is None or leader.filter.bpm is None:
            state = SyncState.INTERNAL if source in (ClockSource.INTERNAL, ClockSource.AUTO) else SyncState.WAITING
            return Sync(source, state)
        if self._shown_bpm is None or abs(leader.filter.bpm - self._shown_bpm) > SHOWN_STEP_BPM:
            self._shown_bpm = round(leader.filter.bpm, 1)
        if self.lost(now_frames):
            state = SyncState.LOST
        else:
            state = SyncState.LOCKED if leader.filter.locked else SyncState.SEEKING
        rivals = sum(now_frames / self._rate - other.heard_s <= LOST_S for other in self._inputs.values()) > 1
        return Sync(source, state, self._shown_bpm, (self._leader or 0) + 1, rivals)

    def position(self, at_frames: int) -> float | None:
        """The song tick that whom we follow is at on `at_frames`; None when nobody has said."""
        leader = self._inputs.get(self._leader) if self._leader is not None else None
        if leader is None or leader.anchor is None or leader.filter.bpm is None:
            return None
        number, ticks = leader.anchor
        return ticks + (leader.filter.tick_at(at_frames / self._rate) - number) * CLOCK_TICKS

    def continued_at(self, ticks: int) -> None:
        """The song was continued from `ticks`, where it had rested: Continue alone does not say where."""
        for heard in self._inputs.values():
            if heard.anchor is not None and heard.anchor[1] < 0:
                heard.anchor = heard.anchor[0], ticks

    def _clock(self, heard: _Input, frame: int) -> None:
        at_s = frame / self._rate
        if at_s - heard.heard_s > 2.0 and heard.anchor is None:
            heard.filter = TempoFilter()  # too long ago to say anything
        heard.filter, heard.heard_s = heard.filter.heard(at_s), at_s
        if heard.armed:
            heard.armed, heard.position_ticks = False, None
            heard.anchor = heard.filter.number, heard.start_ticks

    def _choose(self, port: int, frame: int) -> None:
        """The first clock that comes leads, until it is lost and another is there."""
        if self._leader is None or (port != self._leader and self.lost(frame)):
            self._leader, self._shown_bpm = port, None

    def _pull(self, leader: _Input, machine: Machine, at_frames: int) -> float:
        """By which share to play faster, to be where the leader is in PULL_S."""
        there = self.position(at_frames)
        if there is None or not machine.playing or (leader.anchor is not None and leader.anchor[1] < 0):
            return 0.0
        timeline: Timeline = machine.timeline
        here = timeline.origin_ticks + (at_frames - timeline.origin_frames) / timeline.frames_per_tick
        behind_s = (there - here) * timeline.frames_per_tick / self._rate
        return min(MOST_PULL, max(-MOST_PULL, behind_s / PULL_S))

    def _freewheel(self, bpm: float, machine: Machine) -> FollowTempo | None:
        """The clock has gone: play on at its tempo, and pull no more."""
        if self._lost:
            return None
        self._lost = True
        return FollowTempo(bpm, bpm) if abs(machine.timeline.bpm - bpm) > LEAST_CHANGE * bpm else None
