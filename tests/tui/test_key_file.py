"""keys.toml and the keyboards: what cannot be used is said in a sentence, and nothing stops the start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import Play, TriggerPad
from engine.core.errors import InvalidValue, UsageError
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.key_file import keymap_for, keys_in_force, read_key_file
from tui.key_names import key_named
from tui.key_presets import PRESETS
from tui.keymap import Keymap


@pytest.fixture
def in_file(tmp_path):
    """The keymap and the problems of a keys.toml with this text."""
    def understood(text: str):
        path = tmp_path / "keys.toml"
        path.write_text(text, encoding="utf-8")
        return keymap_for(read_key_file(path))

    return understood


def keys_of(keymap: Keymap, action_id: str) -> tuple[str, ...]:
    return keymap[action_id].keys


def test_without_a_file_the_usual_keys_apply(tmp_path):
    assert keymap_for(read_key_file(tmp_path / "keys.toml")) == (Keymap(), ())


def test_keys_are_a_text_or_a_list_and_are_written_as_people_write_them(in_file):
    keymap, problems = in_file('record = ["F5", "Ctrl-V"]\nplay = "space, f11"\nhelp = "?"\ndetach = "shift+left"\n'
                               'mark-left = []\n')
    assert problems == ()
    assert keys_of(keymap, "record") == ("f5", "ctrl+v") and keys_of(keymap, "play") == ("space", "f11")
    assert keys_of(keymap, "help") == ("question_mark",) and keys_of(keymap, "detach") == ("shift+left",)
    assert keys_of(keymap, "mark-left") == ()


def test_two_actions_may_swap_their_keys(in_file):
    keymap, problems = in_file('record = "d"\ndecompose = "r"\n')
    assert not problems and keys_of(keymap, "record") == ("d",) and keys_of(keymap, "decompose") == ("r",)


@pytest.mark.parametrize(("text", "words"), [
    ('\nrecrod = "f5"', 'line 2: there is no action \'recrod\'. Did you mean record?'),
    ('qqqq = "f5"', "there is no action 'qqqq'. `tao_live.py keys` lists them."),
    ('preset = "abc"', "line 1: there is no keyboard 'abc'. Choose one of qwerty, qwertz, azerty, dvorak, colemak."),
    ("record = 5", "line 1: record keeps its usual keys, for 5 is not a text or a list of texts."),
    ('record = "hyper+r"', "record keeps its usual keys, for 'hyper+r' is not a key. Write keys such as"),
    ('record = "ctrl+i"', "record keeps its usual keys, for terminals send ctrl+i as Tab."),
    ('play = "f5"\nrecord = "f5"', "line 2: the key f5 for record already belongs to play, so record keeps its usual"),
    ('record = "space"', "line 1: the key space for record already belongs to play, so record keeps its usual keys."),
    ("record = ", "is not valid TOML"), ("[play", "Tao's usual keys apply.")])
def test_what_cannot_be_used_is_said_in_a_sentence_that_names_file_and_line(in_file, tmp_path, text, words):
    keymap, problems = in_file(text)
    assert len(problems) == 1 and words in problems[0] and str(tmp_path / "keys.toml") in problems[0]
    assert keys_of(keymap, "record") == ("r",)
    assert not list(keymap.clashes())


def test_one_bad_entry_leaves_the_others_in_force(in_file):
    keymap, problems = in_file('rewind = "f7"\nplay = "f11"\n')
    assert len(problems) == 1 and keys_of(keymap, "play") == ("f11",)


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path):
    (tmp_path / "keys.toml").mkdir()
    keymap, (problem,) = keymap_for(read_key_file(tmp_path / "keys.toml"))
    assert keymap == Keymap() and "is not a list of keys" in problem


@given(st.dictionaries(st.sampled_from(sorted(Keymap().ids)),
                       st.lists(st.sampled_from(["r", "f5", "space", "?", "é", "1"]), max_size=2), max_size=8))
def test_no_file_leaves_a_key_with_two_meanings(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    path.write_text("\n".join(f"{action} = {keys!r}" for action, keys in entries.items()), encoding="utf-8")
    keymap, _ = keymap_for(read_key_file(path))
    assert not list(keymap.clashes())
    assert {action.id for action in keymap} == {action.id for action in Keymap()}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_no_keyboard_gives_a_key_two_meanings_and_each_has_eight_pads(preset):
    keymap = Keymap().with_preset(preset)
    assert not list(keymap.clashes()) and len(set(keymap.pad_row)) == 8


@pytest.mark.parametrize(("preset", "first"), [("qwerty", "z"), ("qwertz", "y"), ("azerty", "w"),
                                               ("dvorak", "semicolon"), ("colemak", "z")])
async def test_two_rows_of_letters_play_the_tracks_while_the_pads_are_open(preset, first):
    engine = FakeEngine()
    app = TaoApp(engine, keymap=Keymap().with_preset(PRESETS[preset]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("P", first, app.keymap.pad_row[4], "space", first, "escape", "x")
        assert app.instrument.leader == "ratchet"  # letters mean what they usually do again
    assert engine.commands == [TriggerPad("kick"), TriggerPad("ride"), Play(), TriggerPad("kick")]


async def test_on_a_french_keyboard_digits_need_no_shift_not_even_after_a_leader_key():
    engine = FakeEngine()
    app = TaoApp(engine, keymap=Keymap().with_preset(PRESETS["azerty"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ampersand", "L", "quotation_mark", "r")
    assert engine.commands == [TriggerPad("kick")] and engine.asked == [("start_recording", 12)]


def test_the_flag_chooses_a_keyboard_and_keeps_what_the_file_says_of_actions(tmp_path):
    path = tmp_path / "keys.toml"
    path.write_text('preset = "azerty"\nplay = "f11"\n', encoding="utf-8")
    keymap, _ = keys_in_force(path, ["dvorak", "record=f5"])
    assert keymap.preset == "dvorak" and keys_of(keymap, "play") == ("f11",) and keys_of(keymap, "record") == ("f5",)
    with pytest.raises(UsageError, match="Name a keyboard"):
        keys_in_force(path, ["abcdef"])


@pytest.mark.parametrize(("written", "key"), [
    ("+", "plus"), ("ctrl++", "ctrl+plus"), ("-", "minus"), ("Esc", "escape"), ("é", "é"), ("shift+r", "R"),
    ("shift+ctrl+left", "ctrl+shift+left"), ("/", "slash"), ("F12", "f12"), (" ? ", "question_mark"), ("R", "R"),
    ("left_square_bracket", "left_square_bracket"), ("[", "left_square_bracket")])
def test_keys_get_the_names_that_terminals_send(written, key):
    assert key_named(written) == key


@pytest.mark.parametrize("written", ["", "rr", "ctrl+", "fn+r", "super+r", "\n"])
def test_what_is_no_key_is_refused(written):
    with pytest.raises(InvalidValue):
        key_named(written)
