"""What a terminal can show is found out from its environment, unless the musician says otherwise."""

from pathlib import Path

import pytest

from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.glyphs import ASCII, UNICODE, glyphs_for
from tui.screen_setup import colours_of, frames_per_second, screen_setup

NOTHING = {"keys": (), "theme": None, "colours": None, "ascii": False, "fps": None}
GOOD = {"LANG": "en_GB.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def setup(environ: dict[str, str], **asked):
    return screen_setup({**NOTHING, **asked}, environ, "linux", Path("/nowhere/keys.toml"))


@pytest.mark.parametrize(("environ", "glyphs"), [
    ({"LANG": "en_GB.UTF-8"}, UNICODE), ({"LANG": "C"}, ASCII), ({}, ASCII), ({"LC_ALL": "C.utf8"}, UNICODE),
    ({"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}, ASCII), ({"LANG": "C", "TAO_GLYPHS": "unicode"}, UNICODE),
    ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, ASCII), ({"LANG": "en_GB.UTF-8", "TERM": "vt220"}, ASCII),
    ({"LANG": "en_GB.UTF-8", "TERM": "linux", "TAO_GLYPHS": "unicode"}, UNICODE)])
def test_the_locale_and_the_terminal_choose_the_glyphs(environ, glyphs):
    assert glyphs_for(environ, "linux") is glyphs


@pytest.mark.parametrize(("environ", "colours"), [
    ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"), ({"TERM": "xterm-256color"}, "256"),
    ({"TERM": "xterm-kitty"}, "truecolor"), ({"TERM": "linux"}, "16"), ({"TERM": "xterm"}, "16"), ({}, "16"),
    ({**GOOD, "NO_COLOR": "1"}, "none"), ({"TEXTUAL_DRIVER": "web"}, "truecolor")])
def test_the_terminal_says_how_many_colours_it_has(environ, colours):
    assert colours_of(environ) == colours


def test_the_screen_is_updated_less_often_over_ssh():
    assert frames_per_second({}) == 30
    assert frames_per_second({"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"}) == 10


def test_a_good_terminal_gets_the_dark_stage_and_a_poor_one_the_theme_with_sixteen_colours():
    look = setup(GOOD).look
    assert (look.theme, look.colours, look.fps) == ("stage-dark", "truecolor", 30)
    assert setup({"TERM": "linux"}).look.theme == "sixteen"
    assert setup({"TERM": "linux"}, theme="light").look.theme == "light"


def test_flags_overrule_the_terminal():
    found = setup({**GOOD, "SSH_CONNECTION": "a b c d"}, ascii=True, fps=25, colours="none", theme="high-contrast")
    assert found.glyphs is ASCII and found.look.fps == 25 and found.look.theme == "high-contrast"
    assert found.look.environment == {"TEXTUAL_COLOR_SYSTEM": "standard", "NO_COLOR": "1", "ESCDELAY": "100"}


def test_textual_is_told_how_many_colours_there_are():
    assert setup(GOOD).look.environment["TEXTUAL_COLOR_SYSTEM"] == "truecolor"
    assert setup({"TERM": "xterm-256color"}).look.environment["TEXTUAL_COLOR_SYSTEM"] == "256"


def test_a_key_right_after_escape_is_a_key_of_its_own():
    """What follows Esc within this time is taken for the rest of a code, and lost; people press keys 50 ms apart."""
    assert setup(GOOD).look.environment["ESCDELAY"] == "25"
    assert setup({**GOOD, "ESCDELAY": "300"}).look.environment["ESCDELAY"] == "300"
    for no_number in ("soon", "", "0", "-5", "\N{SUPERSCRIPT TWO}"):
        assert setup({**GOOD, "ESCDELAY": no_number}).look.environment["ESCDELAY"] == "25"


async def test_what_is_wrong_with_the_keys_is_said_on_the_screen():
    app = TaoApp(FakeEngine(), problems=("keys.toml, line 2: there is no action 'x'.", "Another."))
    async with app.run_test(size=(120, 24)) as pilot:
        app.read()
        await pilot.pause()
        said = app.instrument.notice_line.text
        assert said == "keys.toml, line 2: there is no action 'x'. (`tao_live.py keys` says 1 more.)"
