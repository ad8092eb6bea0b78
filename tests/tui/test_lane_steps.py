"""How a lane draws its steps: hits, marks, values, and the ghosts of what was heard."""

from dataclasses import replace

import pytest
from rich.style import Style

from engine.core.pattern import Step, Track
from engine.core.timeline import Ticks
from tui.geometry import GridView
from tui.glyphs import ASCII, UNICODE, Glyphs
from tui.step_values import Values
from tui.widgets.lane import STYLES
from tui.widgets.lane_steps import Ground, Steps, step_cells

VIEW = GridView(0, 2, 8)


def drawn(steps: Steps, rows: int = 1, view: GridView = VIEW, glyphs: Glyphs = UNICODE) -> list[str]:
    """The rows as text, beat lines left out."""
    cells = step_cells(steps, view, Ground(rows, glyphs, {name: Style() for name in STYLES}))
    assert all(len(row) == view.columns for row in cells)
    return ["".join(letter for letter, _ in row).replace(glyphs.beat, " ") for row in cells]


def lane(*steps: Step | None) -> Track:
    return Track("kick", (*steps, *(None,) * (8 - len(steps))))


def test_velocity_and_doubt_are_shapes() -> None:
    track = lane(Step(1.0), Step(0.6), Step(0.2), None, Step(1.0, confidence=0.1), Step(0.6, confidence=0.1))
    assert drawn(Steps(track)) == ["● ◐ ○ · ◆?◈?· · "]
    assert drawn(Steps(track), glyphs=ASCII) == ["# + o . ????. . "]


def test_where_there_is_room_marks_stand_above_and_all_of_them() -> None:
    track = lane(Step(1.0, probability=0.5, ratchet=2))
    assert drawn(Steps(track))[0].startswith("●%")
    assert drawn(Steps(track), 2)[0].startswith("%≡") and drawn(Steps(track), 2)[1].startswith("● ")


def test_tall_lanes_draw_bars_as_high_as_the_hit_is_hard() -> None:
    rows = drawn(Steps(lane(Step(1.0), Step(0.25), Step(0.9, confidence=0.2))), 5, GridView(0, 2, 16))
    assert [row[:3] for row in rows] == ["   ", "███", "███", "███", "███"]
    assert [row[4:7] for row in rows] == ["   ", "   ", "   ", "   ", "███"]
    assert rows[0][8] == "?" and rows[4][8:11] == "▒▒▒"


def test_what_was_heard_and_is_gone_leaves_a_ghost_and_what_was_added_a_mark() -> None:
    heard, now = lane(Step(1.0), None, Step(0.5)), lane(None, Step(1.0), Step(0.5))
    assert drawn(Steps(now, heard))[0].startswith("◌ ●+◐ ")
    assert drawn(Steps(now))[0].startswith("  ●  ◐ ".replace("  ●  ", "  ● "))
    other_grid = replace(heard, steps=heard.steps[:4])
    assert "◌" not in drawn(Steps(now, other_grid))[0]


@pytest.mark.parametrize(("values", "text"), [
    (Values.VELOCITY, "8060"), (Values.TIMING, "<1◐ "), (Values.PROBABILITY, "◆ 50"), (Values.RATCHET, "◆ x3")])
def test_values_stand_where_hits_were(values: Values, text: str) -> None:
    track = lane(Step(0.8, microtiming=Ticks(-24), confidence=0.1), Step(0.6, probability=0.5, ratchet=3))
    assert drawn(Steps(track, values=values))[0].startswith(text)
    assert len(drawn(Steps(track, values=values), 3)) == 3


def test_the_cursor_stands_around_the_step_on_every_row_but_that_of_the_marks() -> None:
    track = lane(None, Step(1.0))
    assert drawn(Steps(track, cursor=1))[0].startswith(" [●]")
    rows = drawn(Steps(track, cursor=1), 3, GridView(0, 2, 16))
    assert [row[3] + row[7] for row in rows] == ["  ", "[]", "[]"]


def test_steps_that_share_columns_are_still_drawn_inside_the_lane() -> None:
    track = Track("hat", tuple(Step(0.8, ratchet=2) for _ in range(32)), 16)
    for rows in (1, 2, 4):
        for values in Values:
            drawn(Steps(track, values=values, cursor=31), rows, GridView(0, 2, 4))
