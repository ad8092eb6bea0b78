"""What the grid shows of a step: marks for all that is special about it, or the values of one layer."""

from enum import Enum

from engine.core.pattern import Step, Track
from engine.core.step import Overrides, When
from tui.glyphs import Glyphs

LATE_FROM = 0.08  # of a step: less is not marked
MANY = 99


class Layer(Enum):
    """What the grid shows; the value is its name on the screen."""

    HITS = "hits"
    VELOCITY = "velocity"
    TIMING = "timing"
    CHANCE = "chance"
    CONDITION = "condition"
    RATCHET = "ratchet"
    LOCKS = "locks"

    @property
    def following(self) -> "Layer":
        """The next one, round and round."""
        order = list(Layer)
        return order[(order.index(self) + 1) % len(order)]


LAYER_WORDS = {
    Layer.HITS: "hits, with a mark for what is special about a step",
    Layer.VELOCITY: "velocity in %, 99 for the hardest",
    Layer.TIMING: "tenths of a step early (<) or late (>)",
    Layer.CHANCE: "chance in %; a plain hit always plays",
    Layer.CONDITION: "passes: 1:4 or 14 is the first of four; F in fills, !F outside",
    Layer.RATCHET: "strokes in the step",
    Layer.LOCKS: "own pitch (p), decay (d), filter (f) or one-shot (o)",
}


def marks_of(step: Step, track: Track, index: int, swing: float, glyphs: Glyphs) -> str:
    """A mark for each thing that is special about a step, the most important first. swing: the pattern's."""
    own_swing = swing if track.swing is None else track.swing
    late = step.microtiming / track.step_ticks
    marks = (
        (step.uncertain, glyphs.uncertain), (step.overrides != Overrides(), glyphs.lock),
        (step.condition != (1, 1) or step.when is not When.ALWAYS, ":"), (step.probability < 1.0, "%"),
        (step.ratchet > 1, glyphs.ratchet), (late >= LATE_FROM, ">"), (late <= -LATE_FROM, "<"),
        (own_swing > 0.5 and index % 2 == 1, glyphs.swung))
    return "".join(mark for there, mark in marks if there)


def value_of(step: Step, track: Track, layer: Layer, columns: int) -> str:
    """The step's value on a layer in `columns` characters, at least two; empty where it is the usual one."""
    match layer:
        case Layer.VELOCITY:
            percent = round(100 * step.velocity)
            return str(percent) if columns > 3 else f"{min(MANY, percent):02d}"
        case Layer.TIMING:
            return _timing(step, track, columns)
        case Layer.CHANCE:
            return "" if step.probability >= 1.0 else f"{round(100 * step.probability):02d}"
        case Layer.CONDITION:
            return _condition(step, columns)
        case Layer.RATCHET:
            return f"x{step.ratchet}" if step.ratchet > 1 else ""
        case Layer.LOCKS:
            return _locks(step.overrides, columns)
    return ""


def _timing(step: Step, track: Track, columns: int) -> str:
    if not step.microtiming:
        return ""
    sign = ">" if step.microtiming > 0 else "<"
    ticks = abs(step.microtiming)
    return f"{sign}{ticks}" if columns > 4 else f"{sign}{round(10 * ticks / track.step_ticks)}"


def _condition(step: Step, columns: int) -> str:
    if step.when is not When.ALWAYS:
        return "F" if step.when is When.FILL else "!F"
    nth, of = step.condition
    if of == 1:
        return ""
    return f"{nth}:{of}" if columns > 3 else f"{nth}{of}"[:2]


def _locks(overrides: Overrides, columns: int) -> str:
    if columns > 5 and overrides.pitch_semitones is not None:
        return f"p{overrides.pitch_semitones:+g}"
    letters = (("p", overrides.pitch_semitones), ("d", overrides.decay_s), ("f", overrides.cutoff_hz),
               ("o", overrides.one_shot))
    return "".join(letter for letter, value in letters if value is not None)[: max(2, columns - 1)]
