"""Recorded audio: a loop to decompose, and the loop that plays beside the kit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.kit import SampleId, check_sample
from engine.core.names import check_name
from engine.core.time_signature import Quarters, TimeSignature, check_time_signature, ticks_of, whole_or_half
from engine.core.timeline import Ticks, check_time

OVERVIEW_PEAKS = 512
MAX_LOOP_BEATS = 4096
MAX_PLACE_S = 86_400.0
UNSURE_BELOW = 0.5   # the confidence of a reading
CLOSE = 0.5          # of the best reading's confidence: the second may be as right
Audio = np.ndarray  # float32, (frames, channels), full scale 1.0


@dataclass(frozen=True, slots=True)
class Hints:
    """What a file says about its music, which may be wrong; None where it says nothing. beats and time_signature: as
    marked, where tempo and length agree; named_bpm: the tempo in its name."""

    beats: Quarters | None = None
    time_signature: TimeSignature | None = None
    named_bpm: float | None = None


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A recording whose end meets its start, as far as is known. audio float32 (frames, channels), made read-only;
    beats: its length in quarter notes, None if that is to be found out; slices_s: where its file says that slices
    begin, in seconds."""

    audio: Audio
    sample_rate: int
    name: str = "loop"
    beats: Quarters | None = None
    slices_s: tuple[float, ...] = ()
    hints: Hints = NO_HINTS

    def __post_init__(self) -> None:
        if self.audio.ndim != 2 or not len(self.audio):
            raise InvalidValue(f"A loop is (frames, channels) and not empty; its shape is {self.audio.shape}.")
        if self.audio.dtype != np.float32 or not np.isfinite(self.audio).all():
            raise InvalidValue("A loop's audio is float32 without NaN or infinity.")
        self.audio.flags.writeable = False

    @property
    def length_s(self) -> float:
        """Its duration in seconds."""
        return len(self.audio) / self.sample_rate

    @property
    def bpm(self) -> float | None:
        """Its tempo, from length and beats; None if the beats are unknown."""
        return None if self.beats is None else 60.0 * self.beats / self.length_s


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a recording: its quarter notes, tempo, how sure that is, 0..1, and metre; where in the recording
    beat 1 is, negative if the recording begins after it; and the stretch of it (start, end) that is the loop then."""

    beats: Quarters
    bpm: float
    confidence: float
    time_signature: TimeSignature = (4, 4)
    first_beat_s: float = 0.0
    cut_s: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if not (1 <= self.beats <= MAX_LOOP_BEATS and 0.0 < self.bpm < math.inf and 0.0 <= self.confidence <= 1.0):
            raise InvalidValue(f"A reading has 1 to {MAX_LOOP_BEATS} beats, a tempo, and a confidence in 0..1; "
                               f"{self.beats}, {self.bpm} and {self.confidence} were given.")
        check_time_signature(self.time_signature)
        if not all(abs(place_s) <= MAX_PLACE_S for place_s in (self.first_beat_s, *self.cut_s)):
            raise InvalidValue("A reading's beat 1 and cut lie in its recording.")


def is_doubtful(readings: Sequence[Reading]) -> bool:
    """Whether the best reading is unlikely, or the second nearly as likely."""
    if len(readings) < 2:
        return False
    best, second = readings[0].confidence, readings[1].confidence
    return best < UNSURE_BELOW or second > CLOSE * best


@dataclass(frozen=True, slots=True)
class PlayedLoop:
    """The loop that plays in time beside the kit, by ids into the sample bank.

    It lasts `frames` at the engine's rate and `beats` quarter notes. residual: the loop minus what the kit plays, None
    if not known; overview: peaks 0..1 for the screen; downbeat_ticks: where in the loop its first bar line is.
    """

    sample: SampleId
    frames: int
    beats: Quarters
    name: str = "loop"
    residual: SampleId | None = None
    overview: tuple[float, ...] = ()
    downbeat_ticks: Ticks = Ticks(0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "beats", whole_or_half(self.beats))
        check_sample(self.sample, self.frames, "A loop")
        check_name(self.residual or "", "A residual")
        if not 1 <= self.beats <= MAX_LOOP_BEATS:
            raise InvalidValue(f"A loop lasts 1 to {MAX_LOOP_BEATS} beats; {self.beats} were given.")
        check_name(self.name, "A loop")
        check_time(self.downbeat_ticks)
        if len(self.overview) > OVERVIEW_PEAKS or not all(0.0 <= peak <= 1.0 for peak in self.overview):
            raise InvalidValue(f"A loop's overview has at most {OVERVIEW_PEAKS} peaks, each in 0..1.")

    @property
    def ticks(self) -> Ticks:
        """Its length in ticks."""
        return ticks_of(self.beats)


def overview(audio: Audio) -> tuple[float, ...]:
    """The peaks, 0..1, of up to OVERVIEW_PEAKS equal parts of audio (frames, channels), for the screen."""
    edges = np.linspace(0, len(audio), min(OVERVIEW_PEAKS, len(audio)) + 1).astype(int)[:-1]
    peaks = np.maximum.reduceat(np.abs(audio).max(axis=1), edges)
    return tuple(round(float(min(peak, 1.0)), 4) for peak in peaks)


def same_recording(one: PlayedLoop | None, other: PlayedLoop | None) -> bool:
    """Whether both are the same take or file, in whatever reading, or both None."""
    if one is None or other is None:
        return one is other
    return (one.sample, one.name) == (other.sample, other.name)
