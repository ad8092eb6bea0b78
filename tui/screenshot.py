"""A screenshot of the running instrument for the README: the real app, drawn without a terminal."""

import asyncio
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
        file.write_text(app.export_screenshot(), encoding="utf-8")
