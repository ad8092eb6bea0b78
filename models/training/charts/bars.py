"""A bar chart: groups of bars side by side, one colour for each thing that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training.charts.drawing import FAINT, INK, LETTER_HEIGHT, LETTER_WIDTH, PENS, canvas, png, write

_LEFT, _TOP, _PLOT, _BAR, _GAP, _LINE = 60, 20, 300, 26, 40, 18


@dataclass(frozen=True, slots=True)
class Bars:
    """A group of bars: its title, and values by name."""

    title: str
    values: dict[str, float]


def draw_bars(path: Path, groups: Sequence[Bars]) -> None:
    """Write a PNG: groups from left to right, the scale on the left, names and colours below."""
    names = list(dict.fromkeys(name for bars in groups for name in bars.values))
    values = [value for bars in groups for value in bars.values.values()]
    low, high = min([0.0, *values]), max([1.0, *values])
    widths = [max(len(bars.values) * _BAR, len(bars.title) * LETTER_WIDTH) + _GAP for bars in groups]
    longest = max((len(name) for name in names), default=0)
    width = max(_LEFT + sum(widths), _LEFT + 30 + longest * LETTER_WIDTH) + 20
    picture = canvas(width, _TOP + _PLOT + 3 * _LINE + (len(names) + 1) * _LINE)

    def row_of(value: float) -> int:
        return _TOP + round((high - value) / (high - low) * _PLOT)

    for value in np.linspace(low, high, 6):
        picture[row_of(value), _LEFT:] = FAINT
        write(picture, f"{value:.1f}", row_of(value) - LETTER_HEIGHT // 2, 4, INK)
    at = _LEFT + _GAP // 2
    for bars, room in zip(groups, widths, strict=True):
        for number, (name, value) in enumerate(bars.values.items()):
            top, bottom = sorted((row_of(value), row_of(0.0)))
            left = at + number * _BAR
            picture[top : bottom + 1, left : left + _BAR - 4] = PENS[names.index(name) % len(PENS)]
        write(picture, bars.title, _TOP + _PLOT + 10, at, INK)
        at += room
    picture[row_of(0.0), _LEFT:] = INK
    for number, name in enumerate(names):
        row = _TOP + _PLOT + (3 + number) * _LINE
        picture[row : row + LETTER_HEIGHT, _LEFT : _LEFT + 20] = PENS[number % len(PENS)]
        write(picture, name, row, _LEFT + 30, INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(picture))
