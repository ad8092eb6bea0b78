"""A chart of plotext's as a picture. plotext has one figure, so charts are drawn one after the other."""

import io
from pathlib import Path
from typing import Any

import plotext
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

COLUMNS, ROWS = 100, 28
COLOURS = ("blue", "orange", "green", "magenta", "gray", "red")


def new_figure(rows: int = ROWS) -> Any:
    """An empty figure on white."""
    plotext.clear_figure()
    plotext.limit_size(False, False)  # whatever the terminal has
    plotext.plot_size(COLUMNS, rows)
    plotext.canvas_color("white")
    plotext.axes_color("white")
    plotext.ticks_color("black")
    return plotext


def save(path: Path, title: str) -> None:
    """Write the figure as an SVG."""
    console = Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(plotext.build()), no_wrap=True, overflow="crop")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(console.export_svg(title=title, theme=DEFAULT_TERMINAL_THEME), encoding="utf-8")
