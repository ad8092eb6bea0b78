"""The pictures for the README."""

import re
from pathlib import Path

from engine.core.commands import Play
from tui.screenshot import picture_of, save_screenshot, without_leading_blanks
from tui.theme import OURS


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


def test_what_a_terminal_shows_becomes_a_picture_with_its_colours() -> None:
    ansi = "\x1b[38;2;224;164;88mTao\x1b[0m plays\n" + "\n" * 3
    svg = picture_of(ansi, (40, 4), "On stage")
    assert "#e0a458" in svg and ">Tao<" in svg and "On&#160;stage" in svg
    assert OURS[0].background.lower() in svg.lower(), "where nothing is drawn"


def test_the_readmes_pictures_are_there_and_small() -> None:
    root = Path(__file__).parents[2]
    named = re.findall(r"\(docs/pictures/(\w+)\.svg\)", (root / "README.md").read_text(encoding="utf-8"))
    assert set(named) <= {file.stem for file in (root / "docs/pictures").glob("*.svg")} and len(named) >= 4
    assert all(file.stat().st_size < 150_000 for file in (root / "docs/pictures").glob("*.svg"))
