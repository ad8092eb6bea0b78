"""Ranges of steps: mark, copy, cut, clear, paste, move; and edits of everything that is marked."""

import pytest

from engine.core.commands import Panic, SetStep, SetSteps, ToggleStep
from engine.core.pattern import Step

RIGHT_3 = ["shift+right"] * 3


def hits(engine, name: str) -> list[int]:
    """The steps of a track that hold hits."""
    return [index for index, step in enumerate(engine.machine.pattern.track(name).steps) if step is not None]


async def test_shift_right_marks_steps_which_are_shown(open_tao, engine):
    async with open_tao() as tao:
        await tao.press(*RIGHT_3)
        assert tao.app.instrument.grid.lanes[0].marked == range(4)
        assert "4 steps marked, 1 hit" in tao.app.instrument.step_line.render().plain
        assert tao.app.instrument.key_bar.render().plain.startswith(" RANGE  arrows, y copy, w cut")
        await tao.press("shift+left", "down", "right")
        assert [lane.marked for lane in tao.app.instrument.grid.lanes[:3]] == [range(4), range(4), range(0)]
        assert "8 steps on 2 tracks marked" in tao.app.instrument.step_line.render().plain
        await tao.press("up", "up", "ctrl+left", "left")  # no further than the first track's first step
        assert [lane.marked for lane in tao.app.instrument.grid.lanes[:2]] == [range(1), range(0)]
    assert engine.sent == []


async def test_escape_unmarks(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("shift+right", "escape")
        assert tao.app.instrument.marked is None and tao.app.instrument.key_bar.leader == ""
        await tao.pilot.pause(0.7)
        await tao.press("shift+right", "escape", "escape")  # panic is never more than two Esc away
    assert engine.commands == [Panic()]


async def test_marked_steps_are_copied_and_pasted_at_the_cursor(open_tao, engine):
    async with open_tao() as tao:
        await tao.press(*["shift+right"] * 7, "y")
        assert tao.app.instrument.marked is None
        assert "Copied 8 steps" in tao.app.instrument.notice_line.text
        await tao.press("left", "down", "down", "Y")
    (put,) = engine.commands
    assert isinstance(put, SetSteps) and hits(engine, "tom") == [6, 12, 28, 30]


async def test_a_paste_overwrites_with_silence_too_and_ends_with_the_pattern(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("down", *RIGHT_3, "y", "up", *["right"] * 25, "Y")
    assert len(engine.machine.pattern.track("kick").steps) == 32
    assert hits(engine, "kick") == [0, 6, 10, 16, 22, 26]


async def test_w_cuts_and_without_a_mark_says_how(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("w")
        assert "shift+→ marks steps" in tao.app.instrument.notice_line.text and engine.sent == []
        await tao.press(*["shift+right"] * 6, "w", "down", "down", "Y")
    assert hits(engine, "kick")[:2] == [10, 16]
    assert hits(engine, "tom") == [6, 12, 28, 30]


async def test_backspace_clears_all_marked_steps_in_one_change(open_tao, engine):
    async with open_tao() as tao:
        await tao.press(*RIGHT_3, "right", "down", "backspace")
    assert engine.commands == [SetSteps((SetStep("kick", 0, None), SetStep("snare", 4, None)))]


async def test_enter_fills_all_marked_steps_and_then_clears_them(open_tao, engine):
    async with open_tao() as tao:
        await tao.press(*RIGHT_3, "enter")
        assert hits(engine, "kick")[:4] == [0, 1, 2, 3] and tao.step(0, 0) == Step(1.0)
        await tao.press("enter")
        assert hits(engine, "kick")[0] == 6
    assert len(engine.commands) == 2


@pytest.mark.parametrize(("keys", "quality", "values"), [
    (["v", "5"], "velocity", [0.5, 0.5]), (["shift+down"], "velocity", [0.9, 0.5]),
    (["t", "6"], "microtiming", [24, 24]), (["t", "right"], "microtiming", [5, 5]),
    (["p", "down"], "probability", [0.95, 0.95]), (["c", "1", "2"], "condition", [(1, 2), (1, 2)]),
    (["x", "3"], "ratchet", [3, 3])])
async def test_edits_change_every_marked_hit(open_tao, engine, keys, quality, values):
    async with open_tao() as tao:
        await tao.press(*["shift+right"] * 7, *keys)
    (put,) = engine.commands
    assert isinstance(put, SetSteps)
    assert hits(engine, "kick")[:3] == [0, 6, 10]
    steps = engine.machine.pattern.track("kick").steps
    assert [getattr(steps[index], quality) for index in (0, 6)] == values


async def test_an_edit_of_empty_steps_says_so(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("down", "shift+right", "v", "5")
        assert "The marked steps hold no hits" in tao.app.instrument.notice_line.text
    assert engine.sent == []


async def test_comma_and_full_stop_move_the_step_or_the_marked_steps(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("full_stop", "full_stop", "comma")
        assert hits(engine, "kick")[:2] == [1, 6] and tao.app.instrument.cursor == (0, 1)
        await tao.press(*["shift+right"] * 5, "full_stop")
        assert hits(engine, "kick")[:3] == [2, 7, 10]
        assert tao.app.instrument.grid.lanes[0].marked == range(2, 8)
        await tao.press("comma", "comma", "comma")
        assert "kick has no step there; it ends earlier" in tao.app.instrument.notice_line.text
        assert hits(engine, "kick")[:3] == [0, 5, 10]


async def test_quick_keys_build_on_each_other_before_the_engine_has_answered(open_tao, engine):
    async with open_tao() as tao:
        await tao.pilot.press("full_stop", "v", "3", "full_stop", "shift+right", "w", "Y")
        await tao.look()
    assert hits(engine, "kick")[:2] == [3, 6] and tao.step(0, 3).velocity == 0.3


async def test_a_click_unmarks(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("shift+right")
        await tao.pilot.click("#lane-2", offset=(15 + 4, 0))
        assert tao.app.instrument.marked is None
    assert isinstance(engine.commands[-1], ToggleStep)


async def test_steps_are_unmarked_when_the_track_becomes_shorter(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("left", "shift+left", "G", "left", "left", "escape")
        assert tao.app.instrument.marked is None and tao.app.instrument.cursor == (0, 29)
