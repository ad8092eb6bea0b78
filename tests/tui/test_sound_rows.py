"""The lines of the sound browser, at every width."""

import pytest

from engine.core.snapshot import SoundFacts
from tui.glyphs import ASCII, UNICODE
from tui.sound_rows import heading, sound_row, widths

FACTS = SoundFacts(0.34, -3.2, bytes(range(255, 0, -8)), 0.82)


@pytest.mark.parametrize("columns", [40, 70, 90, 130, 190])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_line_fits_and_says_all_that_is_known(columns, glyphs):
    line = sound_row("break: a very long name of a snare drum that nobody reads to its end", FACTS, columns, glyphs)
    assert len(line) <= columns
    assert "82%" in line and "340 ms" in line and "-3 dB" in line
    assert line.index("82%") + 3 == heading(columns).index("alike") + 5, "each number ends below its heading"


def test_what_is_not_known_is_left_out():
    assert sound_row("kick", None, 80, UNICODE) == "  kick" and sound_row("kick", None, 80, UNICODE, True) == "▸ kick"
    assert "%" not in sound_row("kick", SoundFacts(2.44, -11.0), 80, UNICODE)
    assert "2.4 s" in sound_row("kick", SoundFacts(2.44, -11.0), 80, UNICODE)


def test_the_picture_falls_as_the_sound_does_and_needs_room():
    assert widths(40)[1] == 0 and widths(200)[1] == 32
    assert sound_row("kick", FACTS, 120, ASCII).rstrip().endswith("..")
