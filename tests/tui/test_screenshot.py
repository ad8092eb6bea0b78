"""The screenshot for the README."""

from engine.core.commands import Play
from tui.screenshot import save_screenshot


def test_a_screenshot_shows_the_playing_instrument(engine, tmp_path):
    engine.send(Play())
    engine.advance(2.5)
    save_screenshot(engine, tmp_path / "tao.svg", keys=("down",))
    svg = (tmp_path / "tao.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "snare" in svg and "PLAY" in svg
    assert engine.asked == []
