"""Digits that can be read from two metres."""

import pytest

from tui.big_text import PIXELS, SEGMENTS, big_text


@pytest.mark.parametrize("rows", [3, 5])
@pytest.mark.parametrize("half_blocks", [True, False])
def test_every_letter_is_drawn_as_high_as_asked_and_no_two_are_alike(rows: int, half_blocks: bool) -> None:
    drawn = {letter: big_text(letter, rows, half_blocks) for letter in PIXELS if letter != " "}
    for lines in drawn.values():
        assert len(lines) == rows and len({len(line) for line in lines}) == 1
    assert len({tuple(lines) for lines in drawn.values()}) == len(drawn)


def test_a_tempo_has_a_narrow_point_and_fits_its_place() -> None:
    assert len(big_text("136.88", 3)[0]) == 21 and len(big_text("136.88", 5)[0]) == 42
    assert big_text("1", 3) == ["▄█ ", " █ ", "▀▀▀"]


def test_ascii_draws_nothing_else() -> None:
    text = "".join("".join(big_text("0123456789.-RECARM>=X", rows, half_blocks=False)) for rows in (3, 5))
    assert text.isascii() and set(SEGMENTS) == set(PIXELS)


def test_what_has_no_drawing_is_left_out() -> None:
    assert big_text("1é", 3) == big_text("1", 3)
