"""The screenshot for the README."""

from engine.core.commands import Play
from tui.screenshot import save_screenshot, without_leading_blanks


def test_a_screenshot_shows_the_playing_instrument(engine, tmp_path):
    engine.send(Play())
    engine.advance(2.5)
    save_screenshot(engine, tmp_path / "tao.svg", keys=("down",))
    svg = (tmp_path / "tao.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "snare" in svg and "BPM" in svg
    assert engine.asked == []


def test_text_is_moved_by_its_leading_blanks_which_some_viewers_leave_out():
    piece = '<text class="r1" x="10" y="5" textLength="{}" clip-path="url(#a)">{}</text>'
    blanks = piece.format("40", "&#160;&#160;ab")
    assert without_leading_blanks(blanks) == piece.replace('x="10"', 'x="30"').format("20", "ab")
    for text in ("ab&#160;c", "&#160;&#160;"):
        assert without_leading_blanks(piece.format("40", text)) == piece.format("40", text)
