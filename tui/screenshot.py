"""Pictures of the running instrument for the README: drawn without a terminal, or as a terminal shows it."""

import asyncio
import io
import re
from html import unescape
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME, TerminalTheme
from rich.text import Text
from textual.color import Color

from tui.app import TaoApp
from tui.engine_connection import EngineConnection
from tui.theme import OURS


def save_screenshot(engine: EngineConnection, file: Path, size: tuple[int, int] = (100, 30), after_s: float = 0.0,
                    keys: tuple[str, ...] = ()) -> None:
    """Write an SVG of what `engine` looks like in a terminal of `size` columns and rows.

    Presses `keys` first and then waits `after_s`. Leaves the engine as it then is.
    """
    asyncio.run(_save(engine, file, size, after_s, keys))


async def _save(engine: EngineConnection, file: Path, size: tuple[int, int], after_s: float,
                keys: tuple[str, ...]) -> None:
    app = TaoApp(engine)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause(after_s)
        app.read()
        await pilot.pause()
        file.write_text(without_leading_blanks(app.export_screenshot()), encoding="utf-8")


def picture_of(ansi: str, size: tuple[int, int], title: str) -> str:
    """An SVG of a terminal of `size` columns and rows; ansi: what is in it, with its escape sequences."""
    columns, rows = size
    console = Console(file=io.StringIO(), record=True, width=columns, height=rows, force_terminal=True,
                      color_system="truecolor", legacy_windows=False)
    for line in ansi.split("\n")[:rows]:
        console.print(Text.from_ansi(line), no_wrap=True, overflow="crop", end="\n")
    return without_leading_blanks(console.export_svg(title=title, theme=_paper(), unique_id="tao"))


def _paper() -> TerminalTheme:
    """What the terminal has where nothing is drawn: the ground of our own theme."""
    ground, ink = (Color.parse(colour or "black").rgb for colour in (OURS[0].background, OURS[0].foreground))
    normal: list[tuple[int, int, int]] = [SVG_EXPORT_THEME.ansi_colors[number] for number in range(16)]
    return TerminalTheme(ground, ink, normal[:8], normal[8:])


def without_leading_blanks(svg: str) -> str:
    """The same picture with each piece of text moved right by its leading blanks: some viewers leave these out, so that
    words run together."""
    piece = r'<text([^>]*?) x="([\d.]+)"([^>]*?) textLength="([\d.]+)"([^>]*)>((?:&#160;)+)([^<]*)</text>'
    return re.sub(piece, _moved, svg)


def _moved(found: re.Match[str]) -> str:
    before, x, between, length, after, blanks, text = found.groups()
    if not text:
        return found.group()
    width, columns = float(length), len(unescape(blanks + text))
    by = width * len(unescape(blanks)) / columns
    return f'<text{before} x="{float(x) + by:g}"{between} textLength="{width - by:g}"{after}>{text}</text>'
