"""The right part of a lane: its steps as hits with marks, or as one kind of value."""

from dataclasses import dataclass

from rich.style import Style

from engine.core.pattern import Step, Track
from tui.geometry import GridView
from tui.glyphs import MEDIUM_FROM, STRONG_FROM, Glyphs
from tui.step_values import Values, marks_of, value_of

BARS_FROM = 3  # rows: one for the marks, the others for a bar as high as the hit is hard
EIGHTHS = 8
Cells = list[tuple[str, Style]]


@dataclass(frozen=True, slots=True)
class Steps:
    """What is drawn. heard: the track as the decomposer heard it; swing: the pattern's; cursor: a step, or None."""

    track: Track
    heard: Track | None = None
    swing: float = 0.5
    values: Values = Values.HITS
    cursor: int | None = None
    marked: range = range(0)
    audible: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """What it is drawn with."""

    rows: int
    glyphs: Glyphs
    style: dict[str, Style]


def step_cells(steps: Steps, view: GridView, ground: Ground) -> list[Cells]:
    """Every row, the highest first."""
    track, rows = steps.track, [_beats(steps.track, view, ground) for _ in range(ground.rows)]
    places = [view.column(index, track.steps_per_beat) for index in range(len(track.steps) + 1)]
    for index, column in enumerate(places[:-1]):
        if column is None:
            continue
        following = places[index + 1]
        width = (view.columns if following is None else following) - column
        width = min(width, max(1, view.columns_per_beat // track.steps_per_beat))
        _draw_step(rows, steps, index, column, width, ground)
    _draw_marked(rows, steps, view, ground.style)
    _draw_cursor(rows, steps, view, ground.style)
    return rows


def was_heard(steps: Steps, index: int) -> bool | None:
    """Whether the decomposer heard a hit here; None where it is not known, or on another grid."""
    heard, track = steps.heard, steps.track
    if heard is None or (heard.steps_per_beat, len(heard.steps)) != (track.steps_per_beat, len(track.steps)):
        return None
    return heard.steps[index] is not None


def _beats(track: Track, view: GridView, ground: Ground) -> Cells:
    """The empty grid: a line on each beat of the track, every other beat on a shaded ground."""
    per_beat = view.columns_per_beat
    end = len(track.steps) * per_beat // track.steps_per_beat - view.first_beat * per_beat
    line, shade = ground.style["beat"], ground.style["shade"] + ground.style["beat"]
    return [(ground.glyphs.beat if column % per_beat == 0 and column < end else " ",
             shade if column // per_beat % 2 else line) for column in range(view.columns)]


def _draw_step(rows: list[Cells], steps: Steps, index: int, column: int, width: int, ground: Ground) -> None:
    step = steps.track.steps[index]
    if step is None:
        _draw_empty(rows[-1], steps, index, column, ground)
        return
    if len(rows) == 1:
        text = _in_one_row(steps, index, step, width, ground.glyphs)
        _put(rows[0], column, text[:1], _look(steps, step, ground.style))
        _put(rows[0], column + 1, text[1:], ground.style["value" if steps.values is not Values.HITS else
                                                         "uncertain" if step.uncertain else "mark"])
        return
    if len(rows) < BARS_FROM:
        _put(rows[-1], column, ground.glyphs.of_step(step), _look(steps, step, ground.style))
    else:
        _draw_bar(rows[1:], steps, step, column, max(1, width - 1), ground)
    value = value_of(step, steps.track, steps.values, width)
    over = value or (_marks(steps, index, step, ground.glyphs) if steps.values is Values.HITS else "")
    look = ground.style["value" if value else "uncertain" if step.uncertain else "mark"]
    _put(rows[0], column, over[:width], look)


def _in_one_row(steps: Steps, index: int, step: Step, width: int, glyphs: Glyphs) -> str:
    """The hit and its first marks; or its value."""
    value = value_of(step, steps.track, steps.values, width)
    if value:
        return value[:width]
    marks = _marks(steps, index, step, glyphs) if steps.values is Values.HITS else ""
    if width < 2:
        return glyphs.uncertain if step.uncertain else glyphs.of_step(step)
    return glyphs.of_step(step) + marks[: width - 1]


def _marks(steps: Steps, index: int, step: Step, glyphs: Glyphs) -> str:
    """What is special about the hit; and whether it was put there by hand."""
    marks = marks_of(step, steps.track, index, steps.swing, glyphs)
    return marks + glyphs.added if was_heard(steps, index) is False else marks


def _draw_empty(cells: Cells, steps: Steps, index: int, column: int, ground: Ground) -> None:
    """A dot, a beat line, or the ghost of a hit that was heard here."""
    glyphs, style = ground.glyphs, ground.style
    on_beat = index % steps.track.steps_per_beat == 0
    if was_heard(steps, index):
        _put(cells, column, glyphs.forgotten, style["forgotten"])
    else:
        _put(cells, column, glyphs.beat if on_beat else glyphs.silent, style["beat" if on_beat else "silent"])


def _draw_bar(rows: list[Cells], steps: Steps, step: Step, column: int, width: int, ground: Ground) -> None:
    """A bar as high as the hit is hard: solid where the transcriber was sure, dotted where not."""
    ascii_ = ground.glyphs.name == "ascii"
    high = max(1, round(step.velocity * len(rows) * (1 if ascii_ else EIGHTHS)))
    look = _look(steps, step, ground.style)
    for number, cells in enumerate(reversed(rows)):
        if ascii_:
            glyph = ("?" if step.uncertain else "#") if high > number else ""
        else:
            part = max(0, min(EIGHTHS, high - number * EIGHTHS))
            full = "▒" if step.uncertain else ground.glyphs.wave[part - 1]
            glyph = full if part else ""
        _put(cells, column, glyph * width, look)


def _look(steps: Steps, step: Step, style: dict[str, Style]) -> Style:
    if not steps.audible:
        return style["mute"]
    return style["strong" if step.velocity >= STRONG_FROM else "medium" if step.velocity >= MEDIUM_FROM else "ghost"]


def _put(cells: Cells, column: int, text: str, look: Style) -> None:
    """Write text over the cells; the ground's shade stays."""
    for place, letter in enumerate(text, column):
        if place < len(cells):
            under = cells[place][1]
            cells[place] = letter, Style(bgcolor=under.bgcolor) + look


def _draw_marked(rows: list[Cells], steps: Steps, view: GridView, style: dict[str, Style]) -> None:
    """Another background under the marked steps, up to where the next one begins."""
    per_beat, first = view.columns_per_beat, view.first_beat * view.columns_per_beat
    start = steps.marked.start * per_beat // steps.track.steps_per_beat - first
    end = steps.marked.stop * per_beat // steps.track.steps_per_beat - first
    for cells in rows:
        for at in range(max(0, start), min(end, view.columns)):
            cells[at] = cells[at][0], cells[at][1] + style["marked"]


def _draw_cursor(rows: list[Cells], steps: Steps, view: GridView, style: dict[str, Style]) -> None:
    """Brackets around the step, or reversed where there is no room for them. Marks above stay free."""
    track = steps.track
    column = None if steps.cursor is None else view.column(steps.cursor, track.steps_per_beat)
    if column is None:
        return
    for cells in rows if len(rows) == 1 else rows[1:]:
        glyph, look = cells[column]
        if view.columns_per_beat < 2 * track.steps_per_beat:
            cells[column] = glyph, look + Style(reverse=True)
            continue
        width = 1 if len(rows) < BARS_FROM else max(1, view.columns_per_beat // track.steps_per_beat - 1)
        if column:
            cells[column - 1] = "[", cells[column - 1][1] + style["bracket"]
        if column + width < len(cells):
            cells[column + width] = "]", cells[column + width][1] + style["bracket"]
