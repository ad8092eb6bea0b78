"""The picture for the README."""

from engine.core.commands import Play
from tui.picture import save_picture


def test_a_picture_shows_the_playing_instrument(engine, tmp_path):
    engine.send(Play())
    engine.advance(2.5)
    save_picture(engine, tmp_path / "tao.svg", keys=("down",))
    svg = (tmp_path / "tao.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "snare" in svg and "PLAY" in svg
    assert engine.asked == []
