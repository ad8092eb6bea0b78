"""Following JACK's transport behind another program's timebase. No device in here, and no thread.

Both count the same frames, so nothing jitters. But a beat is said in whole ticks, 48 of them in some programs, and
some count theirs with an error of their own. So each reading only bounds where the song is, and many together say it
exactly; where they contradict the tempo that is said, the tempo that they show counts. Where they are several times too
slow, it is the beats that are no quarter notes: Hydrogen 1.2 counts 4/4 bars by the name of beats.
"""

from dataclasses import dataclass

from engine.core.commands import FollowTempo
from engine.core.machine import Machine
from engine.core.timeline import MAX_BPM, MIN_BPM, PPQN
from engine.sync.clock_follower import LEAST_CHANGE, MOST_BEATS_OFF
from engine.sync.pull import Pull

SAME = 1e-6  # tempi that differ by less, as a share, are one
LEAST_S = 0.1  # of readings, before they can contradict a tempo
DOUBTS = 4  # readings in a row; one alone is a timebase that was late, and said the beat of a block ago
SLOW = 0.6  # a tempo that is so much slower than what is said, is no error of counting
GRAINS = 20
EXACT_TICKS = 0.02  # what a reading without a grain may be off


@dataclass(frozen=True, slots=True)
class TransportMoment:
    """The transport on engine frame `at`. bpm and ticks, the song tick, are the timebase's, None without one; the tick
    may be up to `grain` ticks further on."""

    at: int
    rolls: bool
    bpm: float | None = None
    ticks: float = 0.0
    grain: float = 0.0


class TransportFollower:
    """Says how to steer. sample_rate in Hz; scale: how many quarter notes the timebase counts as one."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self.scale = 1
        self._pull = Pull()
        self._steered_frames = -(1 << 40)
        self._said_bpm = 0.0
        self._rolled = False
        self._begin(TransportMoment(0, False))

    def steer(self, machine: Machine, moment: TransportMoment, at_frames: int) -> FollowTempo | None:
        """What to plan for `at_frames`, or None when all is well. Call it often."""
        if moment.bpm is None or not MIN_BPM <= moment.bpm <= MAX_BPM:
            followed = machine.midi.leader_bpm
            return None if followed is None else FollowTempo(followed, None)
        self._hear(moment, moment.bpm)
        leader_bpm = min(MAX_BPM, max(MIN_BPM, self._said_bpm * self._factor))
        if not (moment.rolls and machine.playing):
            wanted = machine.timeline.bpm if machine.playing else leader_bpm
        elif at_frames - self._steered_frames < self._pull.every_s * self._rate:
            return None
        else:
            share = self._pull.share(self._behind_s(machine, leader_bpm, at_frames), settled=True)
            wanted = min(MAX_BPM, max(MIN_BPM, leader_bpm * (1.0 + share)))
        if abs(wanted - machine.timeline.bpm) <= LEAST_CHANGE * wanted and machine.midi.leader_bpm is not None:
            return None
        self._steered_frames = at_frames
        return FollowTempo(wanted, leader_bpm)

    def _begin(self, moment: TransportMoment) -> None:
        """Forget what was read before `moment`."""
        self._first, self._factor = moment, 1.0
        self._bound(moment)

    def _bound(self, moment: TransportMoment) -> None:
        self._low, self._high = self._offsets(moment)
        self._doubts = 0

    def _hear(self, moment: TransportMoment, bpm: float) -> None:
        """Take in a reading."""
        if abs(bpm - self._said_bpm) > SAME * bpm or moment.rolls != self._rolled:
            self._said_bpm, self._rolled = bpm, moment.rolls
            self._begin(moment)
            self._pull.catches_up = True
            self._steered_frames = -(1 << 40)
        low, high = self._offsets(moment)
        if abs(low - self._low) > PPQN:  # the transport has been moved, or numbers its bars differently now
            self._begin(moment)
        elif max(low, self._low) <= min(high, self._high):
            self._low, self._high, self._doubts = max(low, self._low), min(high, self._high), 0
        else:
            self._doubts += 1
            if self._doubts >= DOUBTS and moment.at - self._first.at >= LEAST_S * self._rate:
                self._measure(moment)

    def _measure(self, moment: TransportMoment) -> None:
        """The readings contradict the tempo: take theirs, or see what they count."""
        said = (moment.at - self._first.at) * self._ticks_per_frame / self._factor
        counted = moment.ticks - self._first.ticks
        share = self.scale * counted / said
        if share < SLOW and counted < GRAINS * moment.grain:
            return  # too few to tell
        if 0.0 < share < SLOW or (share > 1.0 / SLOW and self.scale > 1):
            self.scale = round(1.0 / share) if share < SLOW else 1
            self._begin(moment)
            self._pull.catches_up = True
        elif share > 0.0:
            self._factor = share
            self._bound(moment)

    @property
    def _ticks_per_frame(self) -> float:
        return self._said_bpm * self._factor * PPQN / (60.0 * self._rate)

    def _offsets(self, moment: TransportMoment) -> tuple[float, float]:
        """Between which song ticks the transport was on engine frame 0, had it rolled since."""
        low = self.scale * moment.ticks - (moment.at * self._ticks_per_frame if moment.rolls else 0.0)
        return low - EXACT_TICKS, low + self.scale * moment.grain + EXACT_TICKS

    def _behind_s(self, machine: Machine, bpm: float, at_frames: int) -> float:
        """How far the song is behind the transport, or where that is far off, behind its nearest beat."""
        line = machine.timeline
        here = line.origin_ticks + (at_frames - line.origin_frames) / line.frames_per_tick
        there = (self._low + self._high) / 2 + at_frames * self._ticks_per_frame
        behind_beats = (there - here) / PPQN
        if abs(behind_beats) > MOST_BEATS_OFF:
            behind_beats -= round(behind_beats)
        return behind_beats * 60.0 / bpm
