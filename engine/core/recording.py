"""How takes are made: sources, count-in, threshold, monitoring; and the tempo of a free take or of taps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from engine.core.errors import InvalidValue
from engine.core.timeline import MAX_BPM, MIN_BPM

MAX_BARS = 64
MAX_COUNT_IN_BARS = 4
INPUT, MASTER, KIT = "input", "master", "kit"  # sources of a take; any other name is a track's
SLOWEST_BPM, FASTEST_BPM = 80.0, 160.0  # where most drum loops lie: an octave, so one length fits
TAP_TIMEOUT_S = 2.0
FEWEST_TAPS, MOST_TAPS = 3, 16


class Monitor(Enum):
    """Whether you hear the input: never, always, or while a take is armed or running."""

    OFF = "off"
    ON = "on"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class RecordingSetup:
    """count_in_bars: clicks before a take that starts the transport, 0..4; threshold_db: the input's peak in
    dBFS (-60..-6) that starts an armed take, None for the bar line alone; monitor as above."""

    count_in_bars: int = 1
    threshold_db: float | None = None
    monitor: Monitor = Monitor.OFF

    def __post_init__(self) -> None:
        if not 0 <= self.count_in_bars <= MAX_COUNT_IN_BARS:
            raise InvalidValue(f"A count-in has 0 to {MAX_COUNT_IN_BARS} bars; {self.count_in_bars} were asked for.")
        if self.threshold_db is not None and not -60.0 <= self.threshold_db <= -6.0:
            raise InvalidValue(f"A threshold lies between -60 and -6 dBFS; {self.threshold_db:g} was asked for.")

    @property
    def threshold(self) -> float | None:
        """The threshold as a linear peak."""
        return None if self.threshold_db is None else 10.0 ** (self.threshold_db / 20.0)


def tempo_of_take(frames: int, sample_rate: int) -> tuple[float, int]:
    """(bpm, beats) of a free take, taken as a whole loop of 1, 2, 4, 8 ... beats, whichever puts its tempo in 80..160
    BPM. Raises InvalidValue when it is shorter than a beat or longer than 64 bars."""
    seconds = frames / sample_rate
    octaves = math.ceil(math.log2(SLOWEST_BPM * seconds / 60.0)) if frames > 0 else -1
    beats = 1 << max(0, octaves)
    if octaves < -1 or beats > 4 * MAX_BARS or not MIN_BPM <= 60.0 * beats / max(seconds, 1e-9) <= MAX_BPM:
        raise InvalidValue(f"A take of {seconds:.2f} s cannot be a loop; play at least a beat and at most {MAX_BARS} "
                           "bars.")
    return 60.0 * beats / seconds, beats


def recent_taps(times_s: Sequence[float]) -> tuple[float, ...]:
    """The taps since the last pause of two seconds, at most sixteen."""
    first = 0
    for index in range(1, len(times_s)):
        if times_s[index] - times_s[index - 1] > TAP_TIMEOUT_S:
            first = index
    return tuple(times_s[first:][-MOST_TAPS:])


def tapped_bpm(times_s: Sequence[float]) -> float | None:
    """The tempo of the recent taps, quarter notes, by a least-squares line through them, clipped to 30..300 BPM; None
    before the third tap."""
    taps = recent_taps(times_s)
    if len(taps) < FEWEST_TAPS:
        return None
    middle, mean = (len(taps) - 1) / 2, sum(taps) / len(taps)
    beat_s = (sum((index - middle) * (time_s - mean) for index, time_s in enumerate(taps))
              / sum((index - middle) ** 2 for index in range(len(taps))))
    return min(MAX_BPM, max(MIN_BPM, 60.0 / beat_s)) if beat_s > 0 else None
