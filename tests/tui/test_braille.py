"""Fine pictures of peaks."""

from tui.braille import rows_of, stretched
from tui.glyphs import ASCII


def test_the_highest_peak_of_each_part_is_kept_and_the_end_wraps_round() -> None:
    peaks = [0.1, 0.9, 0.2, 0.3]
    assert stretched(peaks, 2) == [0.9, 0.3]
    assert stretched(peaks, 8)[2:4] == [0.9, 0.9]
    assert stretched(peaks, 4, first=0.5) == [0.2, 0.3, 0.1, 0.9]
    assert stretched(peaks, 2, first=0.0, share=0.5) == [0.1, 0.9]
    assert stretched([], 3) == [0.0, 0.0, 0.0] and stretched(peaks, 0) == []


def test_two_levels_share_a_character_and_rise_from_the_bottom_or_hang_from_the_top() -> None:
    assert rows_of([1.0, 1.0], 1) == ["⣿"] and rows_of([0.0, 0.0], 1) == [" "]
    assert rows_of([0.5, 0.25], 1) == ["⣄"]
    assert rows_of([0.5, 0.5], 2) == [" ", "⣿"] and rows_of([0.5, 0.5], 2, hanging=True) == ["⣿", " "]
    assert rows_of([0.25, 0.0], 1, hanging=True) == ["⠁"]
    assert rows_of([0.01, 0.0], 1) == ["⡀"]  # nothing that sounds is invisible


def test_ascii_has_a_character_for_each_level() -> None:
    lines = rows_of([0.0, 0.5, 1.0], 2, ascii_=ASCII.wave)
    assert [line.isascii() for line in lines] == [True, True] and len(lines[0]) == 3 and lines[0][0] == " "
