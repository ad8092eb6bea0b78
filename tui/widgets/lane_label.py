"""The left part of a lane: number, name, mute, solo, lock; in a wide one also match, meter and picture."""

from dataclasses import dataclass

from rich.style import Style

from engine.core.pattern import Track
from tui.braille import rows_of, stretched
from tui.geometry import FULL_LABEL, WIDE_LABEL, GridView
from tui.glyphs import Glyphs

NAME_STARTS, SWITCH_COLUMNS = 3, 6  # the columns before the name, and those of mute, solo, lock and a gap
MATCH_COLUMNS, METER_COLUMNS = 5, 6
LONGEST_NAME = 14
Cells = list[tuple[str, Style]]
Styles = dict[str, Style]


@dataclass(frozen=True, slots=True)
class Switches:
    """A track's mute and solo, which of them are pending, whether the track is audible, and whether its one-shot is
    locked."""

    muted: bool = False
    soloed: bool = False
    mute_pending: bool = False
    solo_pending: bool = False
    audible: bool = True
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """A track's one-shot: its peaks 0..255, its length and gain in words, and how well it matches its stem."""

    picture: bytes = b""
    words: str = ""
    match: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What a label shows. lit: columns of the meter; over: it has clipped."""

    number: int
    track: Track
    switches: Switches
    sound: Sound
    chosen: bool
    lit: int = 0
    over: bool = False


def name_columns(view: GridView) -> int:
    """How long a name may be in this view."""
    if not view.wide:
        return view.label_columns - NAME_STARTS - SWITCH_COLUMNS
    return min(LONGEST_NAME, 7 + (view.label_columns - WIDE_LABEL) // 3)


def columns_of(view: GridView) -> tuple[range, range]:
    """The columns of the mute and of the solo switch."""
    at = NAME_STARTS + name_columns(view)
    return range(at, at + 2), range(at + 2, at + 4)


def meter_starts(view: GridView) -> int:
    """The first column of the meter."""
    return NAME_STARTS + name_columns(view) + SWITCH_COLUMNS + MATCH_COLUMNS


def label_cells(label: Label, view: GridView, rows: int, y: int, glyphs: Glyphs, style: Styles) -> Cells:
    """Row y of `rows`: name and switches on the last one, what the sound is like above, the picture on all."""
    if view.label_columns < FULL_LABEL:
        cells = _short(label, style) if y == rows - 1 else []
    else:
        cells = _main(label, view, glyphs, style) if y == rows - 1 else _above(label, view, rows, y, style)
        if view.wide:
            cells += _meter(label, glyphs, style) if y == rows - 1 else _text(" " * (METER_COLUMNS + 1), Style())
            cells += _text(_picture(label.sound, view, rows, glyphs)[y], style["picture"])
    room = view.label_columns - len(cells)
    return cells + _text(" " * room, Style()) if room >= 0 else cells[: view.label_columns]


def cropped(name: str, columns: int, cut: str) -> str:
    """The name in exactly so many columns."""
    return f"{name:<{columns}}" if len(name) <= columns else name[: columns - 1] + cut


def _main(label: Label, view: GridView, glyphs: Glyphs, style: Styles) -> Cells:
    now = label.switches
    name = style["chosen" if label.chosen else "name" if now.audible else "mute"]
    cells = [(glyphs.chosen if label.chosen else " ", style["chosen"]), *_text(f"{label.number} ", style["switch"]),
             *_text(cropped(label.track.name, name_columns(view), glyphs.cut), name),
             *_switch("m", now.muted, now.mute_pending, glyphs, style),
             *_switch("s", now.soloed, now.solo_pending, glyphs, style),
             ("L" if now.locked else " ", style["on"] if now.locked else Style()), (" ", Style())]
    return cells + _text(_match(label.sound), style["match"]) if view.wide else cells


def _above(label: Label, view: GridView, rows: int, y: int, style: Styles) -> Cells:
    """The row over the name says how long and loud the sound is."""
    columns = meter_starts(view) if view.wide else view.label_columns
    words = f"   {label.sound.words}" if y == rows - 2 else ""
    return _text(words[:columns].ljust(columns), style["match"])


def _short(label: Label, style: Styles) -> Cells:
    now = label.switches
    name = style["chosen" if label.chosen else "name" if now.audible else "mute"]
    letter = "M" if now.muted else "S" if now.soloed else " "
    return [(str(label.number), style["switch"]), *_text(f"{label.track.name[:5]:<5}", name),
            (letter, style["on"] if letter != " " else Style()), (" ", Style())]


def _switch(letter: str, on: bool, pending: bool, glyphs: Glyphs, style: Styles) -> Cells:
    mark = glyphs.pending if pending else " "
    return [(mark, style["pending"]), (letter.upper() if on else letter, style["on" if on else "switch"])]


def _match(sound: Sound) -> str:
    return " " * MATCH_COLUMNS if sound.match is None else f"{sound.match:>4.0%} "


def _meter(label: Label, glyphs: Glyphs, style: Styles) -> Cells:
    lit = min(METER_COLUMNS, label.lit)
    cells = _text(glyphs.bar * lit, style["over" if label.over else "meter"])
    return [*cells, *_text(glyphs.rest * (METER_COLUMNS - lit), style["rest"]), (" ", Style())]


def _picture(sound: Sound, view: GridView, rows: int, glyphs: Glyphs) -> list[str]:
    """The one-shot, as loud as it gets, in what room is left."""
    columns = max(0, view.label_columns - meter_starts(view) - METER_COLUMNS - 2)
    if not sound.picture or not columns:
        return [" " * columns] * rows
    highest = max(sound.picture) or 1
    fine = 1 if glyphs.name == "ascii" else 2
    peaks = stretched([peak / highest for peak in sound.picture], fine * columns)
    return rows_of(peaks, rows, ascii_=glyphs.wave if glyphs.name == "ascii" else "")


def _text(text: str, style: Style) -> Cells:
    return [(letter, style) for letter in text]
