"""Musical time and sample time: ticks are exact integers; frames are rounded, and only here."""

import math
from dataclasses import dataclass, replace
from typing import NewType

from engine.core.errors import InvalidValue

Ticks = NewType("Ticks", int)
Frames = NewType("Frames", int)

PPQN = 960
MIN_BPM, MAX_BPM = 30.0, 300.0
MAX_SAMPLE_RATE = 768_000
MAX_TIME = 1 << 42  # in ticks or frames: two months at the highest sample rate, years at the usual ones


@dataclass(frozen=True, slots=True)
class Timeline:
    """A constant tempo through one known point: `origin_ticks` sounds at `origin_frames`.

    bpm 30..300 quarter notes a minute; sample_rate in Hz, up to 768000. Raises InvalidValue outside these.
    """

    bpm: float
    sample_rate: int
    origin_ticks: Ticks = Ticks(0)
    origin_frames: Frames = Frames(0)

    def __post_init__(self) -> None:
        if not MIN_BPM <= self.bpm <= MAX_BPM:
            raise InvalidValue(f"A tempo lies between {MIN_BPM:g} and {MAX_BPM:g} BPM; {self.bpm:g} was asked for.")
        if not 1 <= self.sample_rate <= MAX_SAMPLE_RATE:
            raise InvalidValue(f"A sample rate lies between 1 and {MAX_SAMPLE_RATE} Hz; {self.sample_rate} was given.")
        check_time(self.origin_ticks)
        check_time(self.origin_frames)

    @property
    def frames_per_tick(self) -> float:
        """Sample frames in one tick, not rounded."""
        return 60.0 * self.sample_rate / (self.bpm * PPQN)

    def frames_at(self, ticks: int) -> Frames:
        """The frame on which `ticks` sounds, rounded half up. Real-time: yes (its kernel is in dsp.sequencer)."""
        exact = (ticks - self.origin_ticks) * self.frames_per_tick
        return Frames(self.origin_frames + math.floor(exact + 0.5))

    def ticks_at(self, frames: int) -> Ticks:
        """The last tick that has sounded when `frames` is reached."""
        guess = self.origin_ticks + math.floor((frames - self.origin_frames) / self.frames_per_tick)
        while self.frames_at(guess + 1) <= frames:
            guess += 1
        while self.frames_at(guess) > frames:
            guess -= 1
        return Ticks(guess)

    def with_bpm(self, bpm: float, at_ticks: int) -> "Timeline":
        """The same music, at `bpm` from `at_ticks` on. What was due before does not move."""
        return replace(self, bpm=bpm, origin_ticks=Ticks(at_ticks), origin_frames=self.frames_at(at_ticks))

    def next_multiple(self, frames: int, ticks: int, phase_ticks: int = 0) -> Frames:
        """The first frame at or after `frames` that lies on a multiple of `ticks` (a bar line, a beat), counted from
        `phase_ticks`."""
        at = self.ticks_at(frames)
        if self.frames_at(at) < frames:
            at = Ticks(at + 1)
        return self.frames_at(phase_ticks - (-(at - phase_ticks) // ticks) * ticks)


def check_time(at: int) -> None:
    """Raise InvalidValue for a tick or frame that no song reaches."""
    if not -MAX_TIME <= at <= MAX_TIME:
        raise InvalidValue(f"No song reaches tick or frame {at}; choose one within {MAX_TIME}.")
