"""What the grid shows of a step: marks for all that is special about it, or one kind of value."""

from enum import Enum

from engine.core.pattern import Step, Track
from engine.core.step import Overrides, When
from tui.glyphs import Glyphs

LATE_FROM = 0.08  # of a step: less is not marked
MANY = 99


class Values(Enum):
    """What the grid shows of each step; the value is its name on the screen."""

    HITS = "hits"
    VELOCITY = "velocity"
    TIMING = "timing"
    PROBABILITY = "probability"
    CONDITION = "condition"
    RATCHET = "ratchet"
    SOUND = "own sound"

    @property
    def following(self) -> "Values":
        """The next one, round and round."""
        order = list(Values)
        return order[(order.index(self) + 1) % len(order)]


VALUES_WORDS = {
    Values.HITS: "hits, with a mark for what is special about a step",
    Values.VELOCITY: "velocity in %, 99 for the hardest",
    Values.TIMING: "tenths of a step early (<) or late (>)",
    Values.PROBABILITY: "probability in %; a plain hit always plays",
    Values.CONDITION: "passes: 1:4 or 14 is the first of four; F in fills, !F outside",
    Values.RATCHET: "strokes in the step",
    Values.SOUND: "own pitch (p), decay (d), filter (f) or one-shot (o)",
}


def marks_of(step: Step, track: Track, index: int, swing: float, glyphs: Glyphs) -> str:
    """A mark for each thing that is special about a step, the most important first. swing: the pattern's."""
    own_swing = swing if track.swing is None else track.swing
    late = step.microtiming / track.step_ticks
    marks = (
        (step.uncertain, glyphs.uncertain), (step.overrides != Overrides(), glyphs.own),
        (step.condition != (1, 1) or step.when is not When.ALWAYS, ":"), (step.probability < 1.0, "%"),
        (step.ratchet > 1, glyphs.ratchet), (late >= LATE_FROM, ">"), (late <= -LATE_FROM, "<"),
        (own_swing > 0.5 and index % 2 == 1, glyphs.swung))
    return "".join(mark for there, mark in marks if there)


def value_of(step: Step, track: Track, values: Values, columns: int) -> str:
    """The step's value of this kind in `columns` characters, at least two; empty where it is the usual one."""
    match values:
        case Values.VELOCITY:
            percent = round(100 * step.velocity)
            return str(percent) if columns > 3 else f"{min(MANY, percent):02d}"
        case Values.TIMING:
            return _timing(step, track, columns)
        case Values.PROBABILITY:
            return "" if step.probability >= 1.0 else f"{round(100 * step.probability):02d}"
        case Values.CONDITION:
            return _condition(step, columns)
        case Values.RATCHET:
            return f"x{step.ratchet}" if step.ratchet > 1 else ""
        case Values.SOUND:
            return _own_sound(step.overrides, columns)
    return ""


def _timing(step: Step, track: Track, columns: int) -> str:
    if not step.microtiming:
        return ""
    sign = ">" if step.microtiming > 0 else "<"
    ticks = abs(step.microtiming)
    return f"{sign}{ticks}" if columns > 4 else f"{sign}{max(1, round(10 * ticks / track.step_ticks))}"


def _condition(step: Step, columns: int) -> str:
    if step.when is not When.ALWAYS:
        return "F" if step.when is When.FILL else "!F"
    nth, of = step.condition
    if of == 1:
        return ""
    return f"{nth}:{of}" if columns > 3 else f"{nth}{of}"[:2]


def _own_sound(overrides: Overrides, columns: int) -> str:
    if columns > 5 and overrides.pitch_semitones is not None:
        return f"p{overrides.pitch_semitones:+g}"
    letters = (("p", overrides.pitch_semitones), ("d", overrides.decay_s), ("f", overrides.cutoff_hz),
               ("o", overrides.one_shot))
    return "".join(letter for letter, value in letters if value is not None)[: max(2, columns - 1)]
