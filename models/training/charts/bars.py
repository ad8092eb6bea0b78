"""A bar chart: groups of bars side by side, one colour for each thing that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.charts.picture import COLOURS, ROWS, new_figure, save


@dataclass(frozen=True, slots=True)
class Bars:
    """A group of bars: its title, and values by name."""

    title: str
    values: dict[str, float]


def draw_bars(path: Path, groups: Sequence[Bars]) -> None:
    """Write an SVG: groups from left to right, the scale on the left, names and colours in the corner."""
    names = list(dict.fromkeys(name for bars in groups for name in bars.values))
    values = [value for bars in groups for value in bars.values.values()]
    chart = new_figure(ROWS + len(names))
    chart.multiple_bar([bars.title for bars in groups],
                       [[bars.values.get(name, 0.0) for bars in groups] for name in names], labels=names,
                       color=[COLOURS[number % len(COLOURS)] for number in range(len(names))])
    low, high = min([0.0, *values]), max([1.0, *values])
    chart.ylim(low, high + (high - low) * 0.06 * len(names))  # room for the names
    save(path, "Decompositions compared")
