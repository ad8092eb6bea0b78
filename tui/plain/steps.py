"""The words for steps and patterns. Steps and patterns are counted from 1, as on the screen."""

from collections.abc import Callable
from dataclasses import replace

from engine.core.commands import (
    CopyPattern,
    Crossbreed,
    FillBars,
    KeepParent,
    LoadPattern,
    SelectPattern,
    SetChain,
    SetFill,
    SetPatternLength,
    SetStep,
    SetSteps,
    SetSwing,
    SetTrackLength,
    SetTrackResolution,
)
from engine.core.commands.boundary import Boundary
from engine.core.commands.steps import moved, range_between
from engine.core.crossbreeding.parents import Side
from engine.core.errors import UsageError
from engine.core.machine import PATTERN_SLOTS
from engine.core.midi import MORPHS
from engine.core.pattern import MAX_BEATS, MAX_STEPS, MAX_SWING, MIN_SWING, Step, Track
from engine.core.step import When
from engine.core.timeline import Ticks
from tui.plain.line import Answer, Ask, Line, Say, old_step
from tui.plain.word import Word

CONDITIONS = {"always": When.ALWAYS, "fill": When.FILL, "not-fill": When.NOT_FILL}
LOCKS = {"pitch": ("pitch_semitones", -24.0, 24.0), "decay": ("decay_s", 0.005, 60.0),
         "filter": ("cutoff_hz", 20.0, 20000.0)}


def step_words(step: Step) -> str:
    """A step in words: `80 %, 12 ticks late, chance 50 %, pass 1 of 2, 3 strokes, pitch 2`."""
    late = step.microtiming
    condition = f"pass {step.condition[0]} of {step.condition[1]}" if step.condition != (1, 1) else ""
    return ", ".join(filter(None, (
        f"{step.velocity:.0%}", f"{abs(late)} ticks {'late' if late > 0 else 'early'}" if late else "",
        f"chance {step.probability:.0%}" if step.probability < 1.0 else "", condition,
        {When.FILL: "in fills only", When.NOT_FILL: "outside fills"}.get(step.when, ""),
        f"{step.ratchet} strokes" if step.ratchet > 1 else "",
        *(f"{name} {value:g}" for name, (place, _, _) in LOCKS.items()
          if (value := getattr(step.overrides, place)) is not None),
        f"sound of {step.overrides.one_shot}" if step.overrides.one_shot else "",
        "uncertain" if step.uncertain else "")))


def _step(line: Line) -> Answer:
    track = line.track()
    index = line.step(track)
    if not line.more:
        step = track.steps[index]
        return Say((f"{track.name} step {index + 1}: {'silent' if step is None else step_words(step)}.",))
    if line.peek() == "off":
        line.word("off")
        return Ask(SetStep(track.name, index, None))
    velocity = line.number("a velocity", 0.0, 1.0)
    if velocity == 0.0:
        raise UsageError("A velocity lies above 0 and up to 1. To clear the step, type off instead.")
    return Ask(SetStep(track.name, index, replace(old_step(track, index), velocity=velocity, confidence=1.0)))


def _change(change: Callable[[Line, Track, Step], Step]) -> Callable[[Line], Answer]:
    """A word that changes one property of a step; on an empty step it puts a hit."""
    def asked(line: Line) -> Answer:
        track = line.track()
        index = line.step(track)
        return Ask(SetStep(track.name, index, change(line, track, old_step(track, index))))

    return asked


def _timing(line: Line, track: Track, step: Step) -> Step:
    most = track.step_ticks // 2
    return replace(step, microtiming=Ticks(line.whole("a time in ticks, late above 0", -most, most)))


def _condition(line: Line, track: Track, step: Step) -> Step:
    if ":" in line.peek():
        nth, _, of = line.word("a condition").partition(":")
        if not (nth.isdecimal() and of.isdecimal()):
            raise UsageError(f"A condition is A:B, such as 1:2, not {nth[:8]}:{of[:8]}.")
        return replace(step, condition=(int(nth), int(of)), when=When.ALWAYS)
    return replace(step, condition=(1, 1), when=line.one_of("a condition, or A:B", CONDITIONS))


def _lock(line: Line, track: Track, step: Step) -> Step:
    names = {track.name: track.name for track in line.machine.pattern.tracks}
    what = line.one_of("what to change", {**{name: name for name in LOCKS}, "sound": "sound"})
    off = line.peek() == "off" and bool(line.word("off"))
    if what == "sound":
        return replace(step, overrides=replace(
            step.overrides, one_shot=None if off else line.one_of("a track whose sound is played", names)))
    field, low, high = LOCKS[what]
    value = {field: None if off else line.number(what, low, high)}
    return replace(step, overrides=replace(step.overrides, **value))  # type: ignore[arg-type]


def _show(line: Line) -> Answer:
    tracks = (line.track(),) if line.more else line.machine.pattern.tracks
    return Say(tuple(f"{track.name}, {len(track.steps)} steps, {track.steps_per_beat} a beat: "
                     + ("; ".join(f"{index + 1} {step_words(step)}" for index, step in enumerate(track.steps) if step)
                        or "silent") + "." for track in tracks))


def _uncertain(line: Line) -> Answer:
    found = [f"{track.name} step {index + 1}, {step.confidence:.0%} sure" for track in line.machine.pattern.tracks
             for index, step in enumerate(track.steps) if step is not None and step.uncertain]
    return Say(("; ".join(found) + "." if found else "No step is uncertain.",))


def _clear(line: Line) -> Answer:
    track = line.track()
    indices = [line.step(track)] if line.more else range(len(track.steps))
    hits = tuple(SetStep(track.name, index, None) for index in indices if track.steps[index] is not None)
    return Ask(SetSteps(hits)) if hits else Say(("There is nothing to clear.",))


def _copy(line: Line) -> tuple[Answer, ...]:
    track = line.track()
    return replace(line.choices, copied=track), Say((f"Copied {track.name}. Type paste and a track.",))


def _cut(line: Line) -> tuple[Answer, ...]:
    track = line.track()
    return (replace(line.choices, copied=track), Say((f"Cut {track.name}. Type paste and a track.",)),
            Ask(LoadPattern(line.machine.pattern.with_track(track.silent))))


def _paste(line: Line) -> Answer:
    track, copied = line.track(), line.choices.copied
    if copied is None:
        return Say(("Nothing is copied yet. Type copy and a track.",))
    return Ask(LoadPattern(line.machine.pattern.with_track(replace(copied, name=track.name))))


def _move(line: Line) -> Answer:
    track = line.track()
    index, lane = line.step(track), line.machine.pattern.tracks.index(track)
    by = line.one_of("which way", {"earlier": -1, "later": 1})
    one = range_between(line.machine.pattern, (lane, index), (lane, index))
    changes = moved(line.machine.pattern, one, by * track.step_ticks)
    return Ask(SetSteps(changes)) if changes else Say(("There is nothing to move.",))


def _pattern(line: Line) -> Answer:
    slots = [line.whole("a pattern", 1, PATTERN_SLOTS) - 1]
    while line.more:
        slots.append(line.whole("a pattern", 1, PATTERN_SLOTS) - 1)
    if len(slots) > 1:
        return Ask(SetChain(tuple(slots)), Boundary.PATTERN)
    return Ask(SelectPattern(slots[0]), Boundary.PATTERN)


def _copy_pattern(line: Line) -> Answer:
    slot = line.whole("a pattern", 1, PATTERN_SLOTS)
    return Ask(CopyPattern(slot - 1), said=f"Copied pattern {line.machine.slot + 1} to {slot}.")


def _swing(line: Line) -> Answer:
    swing = None if line.peek() == "off" and line.word("off") else line.number("a swing, such as 58%", MIN_SWING,
                                                                               MAX_SWING)
    if line.more:
        return Ask(SetSwing(swing, line.track().name))
    if swing is None:
        raise UsageError("Only a track's own swing can be off. Type swing 50% for a straight pattern.")
    return Ask(SetSwing(swing))


def _cross(line: Line) -> Answer:
    """`cross keep a`, `cross 50%`, `cross kit 50%`."""
    if line.peek() == "keep":
        line.word("keep")
        side = line.one_of("which loop", {side.value: side for side in Side})
        return Ask(KeepParent(side), said=f"{line.machine.kit.name} is loop {side.value.upper()} to breed from.")
    parts = MORPHS["morph"]
    if line.peek() in parts:
        parts = MORPHS[line.one_of("what to morph", {part: f"morph {part}" for part in parts})]
    share = line.number("a share of loop B, such as 50%", 0.0, 1.0)
    return Ask(Crossbreed(**dict.fromkeys(parts, share)), Boundary.BAR)


def _grid(line: Line) -> Answer:
    track = line.track()
    if line.one_of("what to set", {"steps": True, "per-beat": False}):
        return Ask(SetTrackLength(track.name, line.whole("a number of steps", 1, MAX_STEPS)))
    return Ask(SetTrackResolution(track.name, line.whole("a number of steps", 1, 16)))



def _bring_back(line: Line) -> tuple[Answer, ...]:
    track = line.track()
    known = next((one for one in line.snapshot.status.candidates if one.track == track.name), None)
    back = tuple(Ask(SetStep(track.name, hit.index, hit.step)) for hit in (known.steps if known else ())
                 if hit.index < len(track.steps) and track.steps[hit.index] is None)
    return back or (Say((f"No hits were left out on {track.name}.",)),)


STEPS = (
    Word("step", "TRACK STEP [VELOCITY | off]", _step, ("toggle", "velocity", "velocity-up", "velocity-down"),
         "say, set or clear a step, such as: step snare 5 0.8"),
    Word("timing", "TRACK STEP TICKS", _change(_timing), ("timing",), "play a step late, or early below 0"),
    Word("probability", "TRACK STEP CHANCE", _change(lambda line, track, step: replace(
        step, probability=line.number("a chance", 0.0, 1.0))), ("probability",), "how often a step sounds, 0 to 1"),
    Word("condition", "TRACK STEP A:B | fill | not-fill | always", _change(_condition), ("condition",),
         "on which passes a step sounds: pass A of every B"),
    Word("ratchet", "TRACK STEP STROKES", _change(lambda line, track, step: replace(
        step, ratchet=line.whole("a number of strokes", 1, 8))), ("ratchet",), "strokes within a step"),
    Word("change", "TRACK STEP pitch | decay | filter | sound VALUE | off", _change(_lock), ("change",),
         "the pitch, decay, filter or sound of one step alone"),
    Word("show", "[TRACK]", _show, ("left", "right", "up", "down", "bar-left", "bar-right"),
         "say the steps of a track, or of all"),
    Word("bring-back", "TRACK", _bring_back, ("bring-back",)),
    Word("uncertain", "", _uncertain, ("next-uncertain",), "list the uncertain steps"),
    Word("clear", "TRACK [STEP]", _clear, ("clear",), "clear a step, or a whole track"),
    Word("copy", "TRACK", _copy, ("copy", "mark-left", "mark-right"), "copy a track's steps"),
    Word("cut", "TRACK", _cut, ("cut",), "copy a track's steps and clear them"),
    Word("paste", "TRACK", _paste, ("paste",), "paste the copied steps on a track"),
    Word("move", "TRACK STEP earlier | later", _move, ("move-earlier", "move-later"), "move a step"),
    Word("pattern", "NUMBER [NUMBER ...]", _pattern, ("pattern",), "play this pattern next; several: a chain"),
    Word("copy-pattern", "NUMBER", _copy_pattern, (), "copy the playing pattern to this one"),
    Word("pattern-length", "BEATS", lambda line: Ask(SetPatternLength(line.whole("a number of beats", 1, MAX_BEATS))),
         (), "set how long the pattern lasts"),
    Word("fill", "[on | off]", lambda line: Ask(SetFill(line.on_off(line.machine.fill_until_ticks > 0))), ("fill",),
         "start a fill, or end it"),
    Word("fill-bar", "", lambda line: Ask(FillBars(), Boundary.BAR), ("fill-bar",)),
    Word("grid", "TRACK steps | per-beat NUMBER", _grid, ("grid",), "set a track's length or its steps per beat"),
    Word("cross", "keep a | keep b | [kit | pattern | groove] PERCENT", _cross, ("crossbreed",),
         "keep this loop as A or B to breed from; go from A, 0%, to B, 100%"),
    Word("swing", "PERCENT | off [TRACK]", _swing, ("swing",), "set the swing of the pattern or a track, such as 58%"),
)
