"""One step: how hard, how late, how often, on which passes, and what it changes about its sound."""

from dataclasses import dataclass
from enum import Enum

from engine.core.errors import InvalidValue
from engine.core.names import check_name
from engine.core.timeline import Ticks

UNCERTAIN_BELOW = 0.5


class When(Enum):
    """Whether a step sounds always, in fills only, or only outside fills."""

    ALWAYS = "always"
    FILL = "fill"
    NOT_FILL = "not fill"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a step changes about the one-shot it triggers; None leaves it as it is in the kit.

    pitch_semitones -24..24; decay_s up to a minute; cutoff_hz of a low-pass, 20..20000; one_shot: the name of another
    one-shot of the kit, triggered instead of the track's own.
    """

    pitch_semitones: float | None = None
    decay_s: float | None = None
    cutoff_hz: float | None = None
    one_shot: str | None = None

    def __post_init__(self) -> None:
        if self.pitch_semitones is not None and not -24.0 <= self.pitch_semitones <= 24.0:
            raise InvalidValue(f"Pitch lies within two octaves; {self.pitch_semitones:g} semitones were asked for.")
        if self.decay_s is not None and not 0.0 < self.decay_s <= 60.0:
            raise InvalidValue(f"A decay lasts up to a minute; {self.decay_s:g} s were asked for.")
        if self.cutoff_hz is not None and not 20.0 <= self.cutoff_hz <= 20000.0:
            raise InvalidValue(f"A filter's cutoff lies between 20 and 20000 Hz; {self.cutoff_hz:g} was asked for.")
        if self.one_shot == "":
            raise InvalidValue("A one-shot is chosen by its name in the kit; an empty one was given.")
        if self.one_shot is not None:
            check_name(self.one_shot, "A one-shot")


@dataclass(frozen=True, slots=True)
class Step:
    """A step with a hit. velocity (0..1]; microtiming in ticks off the swung grid, at most half a step;
    probability 0..1; condition (A, B): sounds on pass A of every B; ratchet 1..8 strokes within the step;
    confidence 0..1: how sure the transcriber was (1 for what a musician entered)."""

    velocity: float = 1.0
    microtiming: Ticks = Ticks(0)
    probability: float = 1.0
    condition: tuple[int, int] = (1, 1)
    ratchet: int = 1
    confidence: float = 1.0
    when: When = When.ALWAYS
    overrides: Overrides = Overrides()

    def __post_init__(self) -> None:
        nth, of = self.condition
        if not 0.0 < self.velocity <= 1.0:
            raise InvalidValue(f"A step's velocity lies above 0 and up to 1; {self.velocity} was given.")
        if not (0.0 <= self.probability <= 1.0 and 0.0 <= self.confidence <= 1.0):
            raise InvalidValue("A step's probability and confidence lie between 0 and 1.")
        if not 1 <= nth <= of <= 64:
            raise InvalidValue(f"A condition A:B needs 1 <= A <= B <= 64; {nth}:{of} was given.")
        if not 1 <= self.ratchet <= 8:
            raise InvalidValue(f"A ratchet has 1 to 8 strokes; {self.ratchet} was given.")

    @property
    def uncertain(self) -> bool:
        """Whether the transcriber thought it more likely wrong than right."""
        return self.confidence < UNCERTAIN_BELOW
