"""Where a step lies on the screen: beats of the pattern against columns of the grid."""

import math
from dataclasses import dataclass

from engine.core.pattern import Pattern

ROOMY_COLUMNS = 8  # a beat of sixteenths with a mark beside each
WIDEST_COLUMNS = 24
FULL_LABEL, SHORT_LABEL = 15, 8
NARROW_BELOW = 80
FIXED_ROWS = 13  # transport 2, gap, loop 2, ruler, step, gap, pads 3, notice, keys


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
    """
    total = max(math.ceil(len(track.steps) / track.steps_per_beat) for track in pattern.tracks)
    total = max(total, pattern.beats)
    finest = max(track.steps_per_beat for track in pattern.tracks)
    common = math.lcm(*(track.steps_per_beat for track in pattern.tracks))
    room = max(columns - label_columns, 1)
    roomy = max(ROOMY_COLUMNS, finest)
    if room // total >= roomy:
        beats = total
    else:
        bars = room // (roomy * pattern.beats_per_bar)
        beats = bars * pattern.beats_per_bar or max(1, room // roomy)
    width = max(1, min(WIDEST_COLUMNS, room // beats))
    unit = common if common <= width else min(finest, width)
    return GridView(at_beat // beats * beats, min(beats, total), width - width % unit, label_columns)
