"""How the screen looks and which keys it has, chosen before anything of Textual is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.glyphs import ASCII, UNICODE, Glyphs, glyphs_for
from tui.key_file import keys_in_force
from tui.keymap import Keymap

THEMES = {"stage-dark": "a dark room and one warm lamp", "light": "for daylight",
          "high-contrast": "for poor light and tired eyes", "colour-blind": "colours that every eye tells apart",
          "sixteen": "for terminals with sixteen colours"}
DEFAULT_THEME, SIXTEEN = "stage-dark", "sixteen"
COLOURS = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}  # our names: Textual's
FASTEST_FPS, SSH_FPS = 30, 10
ESC_MS, SSH_ESC_MS = 25, 100  # after Esc, for so long the rest of a key's code may come; hands are slower, networks not


@dataclass(frozen=True, slots=True)
class Look:
    """colours: what the terminal can show, of COLOURS; fps: updates a second; keep_theme: what to do with the name of a
    theme that is chosen on the screen; esc_ms: how soon Esc alone counts."""

    theme: str = DEFAULT_THEME
    colours: str = "truecolor"
    fps: int = FASTEST_FPS
    keep_theme: Callable[[str], None] | None = None
    esc_ms: int = ESC_MS

    @property
    def environment(self) -> dict[str, str]:
        """What Textual is to find in the environment, before it is imported."""
        return {"TEXTUAL_COLOR_SYSTEM": COLOURS[self.colours], "ESCDELAY": str(self.esc_ms),
                **({"NO_COLOR": "1"} if self.colours == "none" else {})}


@dataclass(frozen=True, slots=True)
class ScreenSetup:
    """What a screen is opened with. problems: sentences to show first."""

    glyphs: Glyphs = UNICODE
    keymap: Keymap = field(default_factory=Keymap)
    look: Look = Look()
    problems: tuple[str, ...] = ()


def screen_setup(asked: Mapping[str, Any], environ: Mapping[str, str], platform: str, key_file: Path,
                 keep_theme: Callable[[str], None] | None = None) -> ScreenSetup:
    """The screen that suits this terminal, or what was asked for: theme, ascii, colours, fps and keys.

    Raises UsageError for a keyboard, action or TAO_GLYPHS that does not exist.
    """
    keymap, problems = keys_in_force(key_file, asked["keys"])
    colours = asked["colours"] or colours_of(environ)
    theme = asked["theme"] or (SIXTEEN if colours == "16" else DEFAULT_THEME)
    glyphs = ASCII if asked["ascii"] else glyphs_for(environ, platform)
    look = Look(theme, colours, asked["fps"] or frames_per_second(environ), keep_theme, escape_ms(environ))
    return ScreenSetup(glyphs, keymap, look, problems)


def colours_of(environ: Mapping[str, str]) -> str:
    """How many colours the terminal says it has."""
    if "NO_COLOR" in environ:
        return "none"
    if environ.get("TEXTUAL_DRIVER") or environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    term = environ.get("TERM", "").lower()
    if term.endswith(("-direct", "kitty", "ghostty", "alacritty", "foot")):
        return "truecolor"
    return "256" if term.endswith("256color") else "16"


def frames_per_second(environ: Mapping[str, str]) -> int:
    """How often the screen is updated: 30 times a second, 10 over SSH."""
    return SSH_FPS if environ.get("SSH_CONNECTION") else FASTEST_FPS


def escape_ms(environ: Mapping[str, str]) -> int:
    """How long after Esc a terminal may take to send the rest of a key's code: ESCDELAY, as curses has it, or else
    longer over SSH. A key that a hand presses sooner than that is lost."""
    asked = environ.get("ESCDELAY", "")
    if asked.isascii() and asked.isdecimal() and int(asked):
        return int(asked)
    return SSH_ESC_MS if environ.get("SSH_CONNECTION") else ESC_MS
