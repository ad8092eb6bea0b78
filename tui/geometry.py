"""Where things lie on the screen: beats against columns of the grid, and how the rows are shared out."""

import math
from dataclasses import dataclass

from engine.core.pattern import Pattern

ROOMY_COLUMNS = 8  # a beat of sixteenths with a mark beside each
WIDEST_COLUMNS = 48
FULL_LABEL, SHORT_LABEL = 15, 8
WIDE_LABEL = 33  # with match, meter and a picture of the one-shot
NARROW_BELOW = 80
BIG_FROM = 140  # columns from which digits five rows high have room
COMPACT_ROWS, FIXED_ROWS = 1, 9  # transport 4, title, ruler, step, message, keys
PAD_ROWS = 3
MOST_WAVE, MOST_LANE = 12, 6


@dataclass(frozen=True, slots=True)
class GridView:
    """Which beats are shown, `columns_per_beat` characters each, to the right of a label."""

    first_beat: int = 0
    beats: int = 8
    columns_per_beat: int = 8
    label_columns: int = FULL_LABEL

    @property
    def columns(self) -> int:
        """Characters from the first beat shown to the end of the last."""
        return self.beats * self.columns_per_beat

    @property
    def wide(self) -> bool:
        """Whether the label has room for match, meter and picture."""
        return self.label_columns >= WIDE_LABEL

    def column(self, index: int, steps_per_beat: int) -> int | None:
        """Where step `index` of a track is drawn, from the left edge; None where it is off the page."""
        column = index * self.columns_per_beat // steps_per_beat - self.first_beat * self.columns_per_beat
        return column if 0 <= column < self.columns else None

    def index(self, column: int, steps_per_beat: int) -> int:
        """The step whose cell covers `column`."""
        column += self.first_beat * self.columns_per_beat
        return ((column + 1) * steps_per_beat - 1) // self.columns_per_beat


def fit_view(columns: int, label_columns: int, pattern: Pattern, at_beat: int) -> GridView:
    """The page of the pattern with `at_beat` on it, as roomy as `columns` allow.

    Shows the whole pattern if every beat has room for its steps; else as many whole bars as have; else single beats.
    What the beats leave over widens the label.
    """
    total = max(math.ceil(len(track.steps) / track.steps_per_beat) for track in pattern.tracks)
    total = max(total, math.ceil(pattern.beats))
    finest = max(track.steps_per_beat for track in pattern.tracks)
    common = math.lcm(*(track.steps_per_beat for track in pattern.tracks))
    room = max(columns - label_columns, 1)
    roomy = max(ROOMY_COLUMNS, finest)
    if room // total >= roomy:
        beats = total
    else:
        whole_bars = pattern.beats_per_bar if pattern.beats_per_bar == int(pattern.beats_per_bar) else (
            2 * pattern.beats_per_bar)
        beats = int(room // (roomy * whole_bars) * whole_bars) or max(1, room // roomy)
    width = max(1, min(WIDEST_COLUMNS, room // beats))
    unit = common if common <= width else min(finest, width)
    width -= width % unit
    shown = min(beats, total)
    return GridView(at_beat // beats * beats, shown, width, max(label_columns, columns - beats * width))


def best_view(columns: int, pattern: Pattern, at_beat: int) -> GridView:
    """The page to show: with wide labels where they hide no beat."""
    if columns < NARROW_BELOW:
        return fit_view(columns, SHORT_LABEL, pattern, at_beat)
    plain = fit_view(columns, FULL_LABEL, pattern, at_beat)
    wide = fit_view(columns, WIDE_LABEL, pattern, at_beat)
    return wide if wide.beats >= plain.beats else plain


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows each part has: 0 where it is hidden, 1 for a transport without big digits."""

    transport: int = 4
    wave: int = 2
    onsets: int = 1
    lane: int = 1
    pads: int = PAD_ROWS
    compact: bool = False


def share_rows(rows: int, columns: int, tracks: int, wide: bool, extra: int = 0, empty: bool = False) -> Rows:
    """Share out the rows of a screen, of which `extra` are taken by a banner or the effects. empty:
    there is neither loop nor kit, so that wave and pads would show nothing, and the lanes come first.

    Compact where wave and pads have no room. What is left goes to the wave and the lanes in turn, to larger digits,
    and at last to the wave again, so that no row stays empty.
    """
    pads = 0 if wide or empty else PAD_ROWS
    left = rows - extra - FIXED_ROWS - tracks - pads - 2
    if left < 0 or columns < NARROW_BELOW:
        spare = rows - extra - COMPACT_ROWS - 4 - tracks  # title, ruler, message, keys
        return Rows(COMPACT_ROWS, 0, 0, max(1, 1 + spare // tracks), 0, compact=True)
    transport, wave, onsets, lane = 4, 1, 1, 1
    digits = 2 if columns >= BIG_FROM else 0
    for part, cost in (("wave", 1), ("wave", 1), ("wave", 1), ("lane", tracks), ("digits", digits), ("lane", tracks),
                       ("onsets", 1), ("wave", 2), ("lane", tracks), ("wave", 3)):
        if cost > left or (empty and part in ("wave", "onsets")):
            continue
        left -= cost
        wave += cost if part == "wave" else 0
        lane += part == "lane"
        transport += cost if part == "digits" else 0
        onsets += part == "onsets"
    while left >= tracks and lane < MOST_LANE and (wave + left > MOST_WAVE or empty):
        left, lane = left - tracks, lane + 1
    return Rows(transport, wave + left, onsets, lane, pads)
