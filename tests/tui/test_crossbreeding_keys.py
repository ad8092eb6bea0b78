"""Keys for cross-breeding: two loops are kept, and what plays goes from one to the other."""

from dataclasses import replace

import pytest

from engine.core.commands import Boundary, Crossbreed, KeepParent, apply
from engine.core.crossbreeding.parents import Side
from engine.core.machine import Machine
from tests.tui.fake import demo_machine


def bred() -> Machine:
    """A machine that has both parents."""
    machine = demo_machine()
    for side in Side:
        machine = apply(KeepParent(side), machine, 0)
    return machine


async def test_a_and_b_keep_what_plays(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+g", "a", "b")
    assert engine.commands == [KeepParent(Side.A), KeepParent(Side.B)]


async def test_without_both_loops_nothing_is_morphed_and_a_sentence_says_why(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+g", "a", "right")
    assert engine.commands == [KeepParent(Side.A)]


@pytest.mark.parametrize(("keys", "command"), [
    (("9",), Crossbreed(1.0, 1.0, 1.0)), (("0",), Crossbreed(0.0, 0.0, 0.0)), (("right",), Crossbreed(0.1, 0.1, 0.1)),
    (("k", "9"), Crossbreed(kit=1.0)), (("p", "up"), Crossbreed(pattern=0.1)), (("g", "3"), Crossbreed(groove=0.333))])
async def test_arrows_and_digits_morph_on_the_bar_line(open_tao, engine, keys, command):
    engine.status = replace(engine.status, machine=bred())
    async with open_tao() as tao:
        await tao.press("ctrl+g", *keys)
    assert engine.sent == [(command, Boundary.BAR)]


async def test_a_second_arrow_builds_on_the_first(open_tao, engine):
    engine.status = replace(engine.status, machine=bred())
    async with open_tao() as tao:
        await tao.press("space", "ctrl+g", "p", "right", "right")
    assert engine.commands[1:] == [Crossbreed(pattern=0.1), Crossbreed(pattern=0.2)]


async def test_the_same_loop_on_both_sides_is_pointed_out(open_tao, engine):
    engine.status = replace(engine.status, machine=apply(KeepParent(Side.A), demo_machine(), 0))
    async with open_tao() as tao:
        await tao.press("ctrl+g", "b")
        assert "demo is now both loops" in " ".join(message.text for message in tao.app.messages.history)
