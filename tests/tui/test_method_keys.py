"""The page on which the plugins that decompose are chosen."""

import pytest
from textual.widgets import Input

from engine.core.methods import GROUPS, USUAL, Methods, installed
from tests.tui.fake import FakeEngine
from tui.screens.methods import MethodsScreen


def lines(tao) -> list[str]:
    options = tao.app.screen.list
    return [str(options.get_option_at_index(place).prompt) for place in range(options.option_count)]


def chosen(tao) -> list[str]:
    mark = tao.app.instrument.glyphs.chosen
    return [line.split()[1] for line in lines(tao) if line.split()[0] == mark]


async def test_the_page_shows_what_is_installed_and_what_is_chosen(open_tao) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t")
        assert isinstance(tao.app.screen, MethodsScreen) and chosen(tao) == ["tao", "tao", "solve"]
        names = {line.split()[-1 if ":" in line else 0] for line in lines(tao)}
        assert sum(len(installed(group)) for group in GROUPS.values()) + len(GROUPS) == len(lines(tao)), names
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument


async def test_enter_chooses_and_the_key_that_decomposes_does_it_at_once(open_tao, engine: FakeEngine) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t", "end", "up", "enter")
        wanted = Methods(extractor=sorted(installed(GROUPS["extractor"]))[-2])
        await tao.look()
        assert chosen(tao) == ["tao", "tao", wanted.extractor]
        await tao.press("d")
        assert tao.app.screen is tao.app.instrument
    assert engine.asked == [("choose_methods", wanted), ("decompose",)]


@pytest.mark.parametrize(("typed", "named"), [("mine.safetensors", "tao:mine.safetensors"), ("", "tao")])
async def test_enter_on_what_is_chosen_asks_what_it_is_given(open_tao, engine: FakeEngine, typed, named) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t", "enter")
        tao.app.screen.query_one(Input).value = typed
        await tao.press("enter")
        await tao.look()
        assert any(line.split()[1] == "tao" and (named in line) for line in lines(tao) if len(line.split()) > 1)
    assert engine.asked == [("choose_methods", USUAL.changed("transcriber", named))]


async def test_what_no_name_can_hold_is_a_sentence(open_tao, engine: FakeEngine) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t", "enter")
        tao.app.screen.query_one(Input).value = "a\x00b"
        await tao.press("enter")
        await tao.look()
        assert "No transcriber can be called" in " ".join(message.text for message in tao.app.messages.history)
    assert engine.asked == []
