"""How takes are made: what is recorded, what starts it, and whether the input is heard meanwhile."""

import math
from dataclasses import dataclass
from enum import Enum

from engine.core.errors import InvalidValue
from engine.core.timeline import MAX_BPM, MIN_BPM

MAX_BARS = 64
MAX_COUNT_IN_BARS = 4
INPUT, MASTER, KIT = "input", "master", "kit"  # sources of a take; any other name is a track's
SLOWEST_BPM, FASTEST_BPM = 80.0, 160.0  # where most drum loops lie: an octave, so one length fits


class Monitor(Enum):
    """Whether the input is passed to the output: never, always, or while a take is armed or running."""

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
    """(bpm, beats) of a free take that is to be a whole loop: 1, 2, 4, 8 ... beats, so that its tempo comes to
    lie in 80..160 BPM. Raises InvalidValue when it is too short to be a beat, or longer than 64 bars."""
    seconds = frames / sample_rate
    octaves = math.ceil(math.log2(SLOWEST_BPM * seconds / 60.0)) if frames > 0 else -1
    beats = 1 << max(0, octaves)
    if octaves < -1 or beats > 4 * MAX_BARS or not MIN_BPM <= 60.0 * beats / max(seconds, 1e-9) <= MAX_BPM:
        raise InvalidValue(f"A take of {seconds:.2f} s makes no loop; play at least a beat and at most {MAX_BARS} "
                           "bars.")
    return 60.0 * beats / seconds, beats
