"""The page on which the plugins that decompose are chosen."""

from dataclasses import replace

import pytest
from textual.widgets import Input

from engine.core.commands import Play
from engine.core.methods import ABOUT, GROUPS, USUAL, Methods, installed
from tests.tui.fake import FakeEngine
from tui.screens.ask_value import AskValueScreen
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
    assert engine.asked == [("choose_method", "extractor", wanted.extractor), ("decompose",)]


async def test_keys_that_come_before_the_next_snapshot_count(open_tao, engine: FakeEngine) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t")
        for keys in (("up", "enter"), ("end", "up", "enter")):
            for key in keys:
                await tao.pilot.press(key)
        await tao.pilot.press("enter")
        assert isinstance(tao.app.screen, AskValueScreen), "a second Enter asks for the file, at once, too"
    first, second = (sorted(installed(GROUPS[kind]))[-2] for kind in ("transcriber", "extractor"))
    assert engine.asked == [("choose_method", "transcriber", first), ("choose_method", "extractor", second)]


async def test_a_long_argument_is_shown_from_its_end_on_one_line(open_tao, engine: FakeEngine) -> None:
    long = f"tao:{'x' * 90}/mine.safetensors"
    engine.status = replace(engine.status, methods=USUAL.changed("transcriber", long))
    async with open_tao(size=(80, 24)) as tao:
        await tao.press("ctrl+t")
        await tao.look()
        assert max(map(len, lines(tao))) <= 76
        assert any(line.endswith("/mine.safetensors") for line in lines(tao))


async def test_the_music_can_be_started_and_the_same_key_closes(open_tao, engine: FakeEngine) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t", "space")
        assert engine.commands == [Play()]
        await tao.press("ctrl+t")
        assert tao.app.screen is tao.app.instrument


async def test_a_file_from_here_is_given_with_its_whole_path(open_tao, engine, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.safetensors").touch()
    async with open_tao() as tao:
        await tao.press("ctrl+t", "enter")
        tao.app.screen.query_one(Input).value = "mine.safetensors"
        await tao.press("enter")
    assert engine.asked == [("choose_method", "transcriber", f"tao:{tmp_path}/mine.safetensors")]


@pytest.mark.parametrize(("typed", "named"), [("mine.safetensors", "tao:mine.safetensors"), ("", "tao")])
async def test_enter_on_what_is_chosen_asks_what_it_is_given(open_tao, engine: FakeEngine, typed, named) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t", "enter")
        tao.app.screen.query_one(Input).value = typed
        await tao.press("enter")
        await tao.look()
        shown = next(line for line in lines(tao) if line.split()[:2] == [tao.app.instrument.glyphs.chosen, "tao"])
        assert shown.split()[2:] == ([typed] if typed else ABOUT["transcriber"]["tao"].split())
    assert engine.asked == [("choose_method", "transcriber", named)]


async def test_what_no_name_can_hold_is_a_sentence(open_tao, engine: FakeEngine) -> None:
    async with open_tao() as tao:
        await tao.press("ctrl+t", "enter")
        tao.app.screen.query_one(Input).value = "a\x00b"
        await tao.press("enter")
        await tao.look()
        assert "No transcriber can be called" in " ".join(message.text for message in tao.app.messages.history)
        assert tao.app.screen.methods == USUAL
    assert engine.asked == []
