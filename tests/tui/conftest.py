"""The real app on a fake engine, in a terminal of any size."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot

from engine.core.machine import Machine
from engine.core.pattern import Step
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.glyphs import UNICODE, Glyphs
from tui.screen_setup import Look


@dataclass
class OpenTao:
    """A running app, its pilot, and the engine behind it."""

    app: TaoApp
    pilot: Pilot
    engine: FakeEngine

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each with the newest snapshot on the screen."""
        for key in keys:
            await self.pilot.press(key)
            await self.look()

    async def look(self) -> None:
        """Let the app read the engine now."""
        self.app.read()
        await self.pilot.pause()

    def row(self, number: int) -> str:
        """The lowest row of lane `number`, with its name and hits."""
        lane = self.app.instrument.grid.lanes[number - 1]
        return lane.render_line(lane.size.height - 1).text

    def step(self, track: int, index: int) -> Step | None:
        """A step of the engine's machine."""
        machine: Machine = self.engine.machine
        return machine.pattern.tracks[track].steps[index]


@pytest.fixture
def engine() -> FakeEngine:
    """A stopped engine with the demo loop."""
    return FakeEngine()


@pytest.fixture
def open_tao(engine: FakeEngine) -> Callable[..., AbstractAsyncContextManager[OpenTao]]:
    """`async with open_tao() as tao:` opens the app, in a terminal of this size and with these glyphs."""

    @asynccontextmanager
    async def opened(size: tuple[int, int] = (80, 24), glyphs: Glyphs = UNICODE) -> AsyncIterator[OpenTao]:
        app = TaoApp(engine, glyphs, look=Look(fps=1))  # the tests read when they look
        async with app.run_test(size=size) as pilot:
            shown = OpenTao(app, pilot, engine)
            await shown.look()
            yield shown

    return opened
