"""A picture of the running instrument, for a README: the real app, drawn without a terminal."""

import asyncio
from pathlib import Path

from tui.app import TaoApp
from tui.handle import EngineHandle


def save_picture(engine: EngineHandle, file: Path, size: tuple[int, int] = (100, 30), after_s: float = 0.0,
                 keys: tuple[str, ...] = ()) -> None:
    """Write an SVG of the face that `engine` would have in a terminal of `size` columns and rows.

    keys are pressed first; then the picture is taken `after_s` later. The engine is left as it then is.
    """
    asyncio.run(_take(engine, file, size, after_s, keys))


async def _take(engine: EngineHandle, file: Path, size: tuple[int, int], after_s: float,
                keys: tuple[str, ...]) -> None:
    app = TaoApp(engine)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause(after_s)
        app.read()
        await pilot.pause()
        file.write_text(app.export_screenshot(), encoding="utf-8")
