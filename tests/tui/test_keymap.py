"""The keymap: the one table that keys, footer, help and palette are made from."""

import pytest

from engine.core.errors import UsageError
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.glyphs import ASCII, UNICODE
from tui.keymap import Keymap, key_label, keymap_with
from tui.screens.help import KeysPage
from tui.titles import TITLES, title_of, title_with_keys


def test_no_key_means_two_things():
    keys = [key for action in Keymap() for key in action.keys]
    assert len(keys) == len(set(keys))


async def test_every_action_can_be_carried_out_and_none_is_without_a_line_in_the_keymap(open_tao):
    async with open_tao() as tao:
        assert set(tao.app.instrument.actions) == {action.id for action in Keymap()}
        await tao.press("f4")
        assert set(tao.app.screen.actions) == {action.id for action in Keymap().midi.actions}


def test_every_help_text_fits_on_its_line():
    columns = 76 - 2 - 2 - 1 - 16  # the page without border, padding, scroll bar, keys
    for group in (*Keymap().groups, *Keymap().local):
        assert [action.help for action in group.actions if len(action.help) > columns] == []


async def test_every_prompt_of_a_leader_key_fits_on_eighty_columns(open_tao):
    async with open_tao() as tao:
        assert [prompt for prompt in tao.app.instrument.key_bar.prompts.values() if len(prompt) > 79] == []


def test_keys_are_replaced_by_action_id():
    changed = Keymap().with_keys({"record": "f5, r", "detach": "ctrl+d"})
    assert changed["record"].keys == ("f5", "r")
    assert changed["detach"].keys == ("ctrl+d",)
    assert changed["play"] == Keymap()["play"]


def test_an_unknown_action_is_named():
    with pytest.raises(UsageError, match="No action is called 'rewind'"):
        Keymap().with_keys({"rewind": "f5"})


def test_a_key_that_is_taken_is_named_with_both_its_actions():
    with pytest.raises(UsageError, match="The key r is assigned to both play and record"):
        Keymap().with_keys({"play": "r"})


@pytest.mark.parametrize(("key", "unicode", "ascii_"), [
    ("question_mark", "?", "?"), ("ctrl+p", "^p", "^p"), ("shift+up", "shift+↑", "shift+up"),
    ("f12", "F12", "F12"), ("ctrl+left", "^←", "^left"), ("r", "r", "r")])
def test_a_key_is_written_as_on_the_keyboard(key, unicode, ascii_):
    assert key_label(key, UNICODE) == unicode
    assert key_label(key, ASCII) == ascii_


def test_keys_of_the_midi_screen_are_replaced_too_and_may_mean_something_else_elsewhere():
    changed = Keymap().with_keys({"midi-clock": "r"})
    assert [action.keys for action in changed.midi.actions if action.id == "midi-clock"] == [("r",)]
    with pytest.raises(UsageError, match="The key s is assigned to both midi-clock and midi-runs"):
        Keymap().with_keys({"midi-clock": "s"})


def test_keys_are_read_from_words():
    assert keymap_with(["record=r,f5", "play = f11"])["play"].keys == ("f11",)
    assert keymap_with([]) == Keymap()
    with pytest.raises(UsageError, match="--keys got 'r'"):
        keymap_with(["r"])


async def test_another_keymap_moves_the_key_and_the_footer():
    engine = FakeEngine()
    app = TaoApp(engine, keymap=Keymap().with_keys({"record": "f5"}))
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("r", "f5")
        footer = app.instrument.key_bar.render().plain
    assert engine.asked == [("start_recording", 8)]
    assert "F5 rec" in footer


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 45), (200, 60)])
async def test_the_help_screen_lists_every_action_by_subject_and_cuts_none(open_tao, size):
    async with open_tao(size=size) as tao:
        await tao.press("question_mark")
        page = tao.app.screen.query_one(KeysPage)
        text = page.render().plain
        for group in (*Keymap().groups, *Keymap().local):
            assert group.name in text
            for action in group.actions:
                first = key_label(action.keys[0], UNICODE).replace("shift+", "sh+") if action.keys else ""
                assert action.id.startswith("track-") or title_of(action) in text, action.id
                assert action.id.startswith("track-") or first in text, action.id
        assert "1-8" in text
        assert size < (200, 60) or page.parent.max_scroll_y == 0  # one page
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument


async def test_the_palette_offers_every_action(open_tao, engine):
    async with open_tao() as tao:
        offered = {command.title for command in tao.app.get_system_commands(tao.app.screen)}
    missing = {action.id for action in Keymap() if title_with_keys(action, UNICODE) not in offered}
    assert missing == {"palette", "escape", "digit-9", "digit-0"}
    assert {"Next sound  (n)", "Undo  (u, ctrl+z)", "Detach"} <= offered


def test_every_title_belongs_to_an_action_and_no_two_are_alike():
    actions = list(Keymap())
    assert set(TITLES) <= {action.id for action in actions}
    assert len({title_of(action) for action in actions}) == len(actions)
    assert [title for title in map(title_of, actions) if len(title) > 15] == []  # three columns on eighty


async def test_detach_in_the_palette_leaves_the_music_on(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("space", "ctrl+p", *"detach")
        await tao.pilot.pause(0.4)
        await tao.pilot.press("enter")
        await tao.pilot.pause(0.2)
    assert engine.asked == [("close",)]
    assert engine.machine.playing


async def test_the_palette_shows_the_keys_of_its_actions(open_tao):
    async with open_tao(size=(100, 40)) as tao:
        await tao.press("ctrl+p")
        await tao.pilot.pause(0.5)
        text = "\n".join(strip.text for strip in tao.app.screen._compositor.render_strips())
        assert "Audio  (F2)" in text and "Bypass the rack  (E)" in text
