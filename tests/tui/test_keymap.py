"""The keymap: the one list that bindings, footer, help and palette are made from."""

import pytest

from engine.core.errors import UsageError
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.glyphs import ASCII, UNICODE
from tui.keymap import Keymap, key_label, keymap_with
from tui.screens.instrument import InstrumentScreen
from tui.screens.keys import KeyGroup


def test_no_key_means_two_things():
    keys = [key for action in Keymap() for key in action.keys]
    assert len(keys) == len(set(keys))


def test_every_action_can_be_done():
    for action in Keymap():
        owner, name = ("app", action.call) if "." not in action.call else action.call.split(".", 1)
        home = TaoApp if owner == "app" else InstrumentScreen
        assert hasattr(home, "action_" + name.split("(")[0]), action.id


def test_keys_are_replaced_by_action_id():
    changed = Keymap().with_keys({"record": "f5, r", "detach": "ctrl+d"})
    assert changed["record"].keys == ("f5", "r")
    assert changed["detach"].keys == ("ctrl+d",)
    assert changed["play"] == Keymap()["play"]


def test_an_unknown_action_is_named():
    with pytest.raises(UsageError, match="No action is called 'rewind'"):
        Keymap().with_keys({"rewind": "f5"})


def test_a_key_that_is_taken_is_named_with_both_its_actions():
    with pytest.raises(UsageError, match="The key r is given to both play and record"):
        Keymap().with_keys({"play": "r"})


@pytest.mark.parametrize(("key", "unicode", "ascii_"), [
    ("question_mark", "?", "?"), ("ctrl+p", "^p", "^p"), ("shift+up", "shift+↑", "shift+up"),
    ("f12", "F12", "F12"), ("ctrl+left", "^←", "^left"), ("r", "r", "r")])
def test_a_key_is_printed_as_it_is_found_on_the_keyboard(key, unicode, ascii_):
    assert key_label(key, UNICODE) == unicode
    assert key_label(key, ASCII) == ascii_


def test_keys_of_a_screen_of_its_own_are_replaced_too_and_may_mean_something_else_elsewhere():
    changed = Keymap().with_keys({"midi-clock": "r"})
    assert [action.keys for action in changed.midi.actions if action.id == "midi-clock"] == [("r",)]
    with pytest.raises(UsageError, match="The key s is given to both midi-clock and midi-runs"):
        Keymap().with_keys({"midi-clock": "s"})


def test_keys_are_read_from_words():
    assert keymap_with(["record=r,f5", "play = f9"])["play"].keys == ("f9",)
    assert keymap_with([]) == Keymap()
    with pytest.raises(UsageError, match="'r' gives no action a key"):
        keymap_with(["r"])


async def test_another_keymap_moves_the_key_and_the_footer():
    engine = FakeEngine()
    app = TaoApp(engine, keymap=Keymap().with_keys({"record": "f5"}))
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("r", "f5")
        footer = app.instrument.key_bar.render().plain
    assert engine.asked == [("start_recording", 8)]
    assert "F5 rec" in footer


async def test_the_help_screen_lists_every_key(face):
    async with face() as tao:
        await tao.press("question_mark")
        text = "\n".join(group.render().plain for group in tao.app.screen.query(KeyGroup))
        for action in Keymap():
            for key in action.keys if not action.id.startswith("track-") else ():
                assert key_label(key, UNICODE) in text, action.id
        assert "1-8" in text
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument


async def test_the_palette_offers_every_action(face, engine):
    async with face() as tao:
        offered = {command.title for command in tao.app.get_system_commands(tao.app.screen)}
    assert {action.id for action in Keymap()} - offered == {"palette", "escape", "digit-9", "digit-0"}


async def test_detach_in_the_palette_leaves_the_music_on(face, engine):
    async with face() as tao:
        await tao.press("space", "ctrl+p", *"detach")
        await tao.pilot.pause(0.4)
        await tao.pilot.press("enter")
        await tao.pilot.pause(0.2)
    assert engine.asked == [("close",)]
    assert engine.machine.playing
