"""The guide of the first start: three steps, shown once, skipped with one key."""

from pathlib import Path

import pytest

from engine.core.commands import Play, TriggerPad
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.glyphs import UNICODE
from tui.guide import Guide, steps
from tui.keymap import Keymap
from tui.screen_setup import Look
from tui.screens.guide import GuideScreen


@pytest.mark.parametrize("keys", [["escape"], ["enter", "backspace", "enter", "enter", "enter"]])
async def test_the_guide_is_shown_once_and_its_keys_play_nothing(tmp_path: Path, keys: list[str]) -> None:
    engine, guide = FakeEngine(), Guide(tmp_path / "state" / "guide-seen")
    for expected in (True, False):
        app = TaoApp(engine, look=Look(fps=1), guide=guide)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, GuideScreen) is expected
            await pilot.press(*keys if expected else ())
            assert app.screen is app.instrument
    assert engine.calls == [] and not guide.wanted


async def test_what_the_guide_tells_to_press_is_played(tmp_path: Path) -> None:
    engine = FakeEngine()
    app = TaoApp(engine, look=Look(fps=1), guide=Guide(tmp_path / "guide-seen"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("space", "1")
        assert isinstance(app.screen, GuideScreen) and app.screen.number == 0
    assert engine.commands == [Play(), TriggerPad("kick")]


def test_the_steps_name_the_keys_that_are_in_force() -> None:
    moved = Keymap().with_keys({"record": "f11"})
    assert len(steps(moved, UNICODE)) == 3 and "press F11" in steps(moved, UNICODE)[1][1]


def test_a_place_that_cannot_be_written_disturbs_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    guide = Guide(tmp_path / "file" / "guide-seen")
    guide.done()
    assert guide.wanted
