"""A screenshot of the running instrument for the README: the real app, drawn without a terminal."""

import asyncio
import re
from html import unescape
from pathlib import Path

from tui.app import TaoApp
from tui.engine_connection import EngineConnection


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
