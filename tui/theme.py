"""The colours. Every meaning is also a shape or a word, so none depends on colour.

Beside Textual's names there are three: `quiet` and `dim` for words that may stay in the background, which can still be
read at 4.5:1, and `faint` for lines, dots and frames, at 3:1. `tests/tui/test_theme.py` measures every pair.
"""

from textual.theme import Theme

from tui.screen_setup import THEMES


def _theme(name: str, *, dark: bool, background: str, surface: str, panel: str, foreground: str, quiet: str, dim: str,
           faint: str, primary: str, secondary: str, success: str, warning: str, error: str) -> Theme:
    return Theme(name, primary=primary, secondary=secondary, accent=primary, foreground=foreground,
                 background=background, surface=surface, panel=panel, success=success, warning=warning, error=error,
                 dark=dark, variables={"quiet": quiet, "dim": dim, "faint": faint})


OURS = (
    _theme("stage-dark", dark=True, background="#111315", surface="#171a1d", panel="#22262b", foreground="#d9d4c9",
           quiet="#a09d95", dim="#8e9096", faint="#72777f", primary="#e0a458", secondary="#7fa9a3", success="#93b879",
           warning="#e0a458", error="#ec8373"),
    _theme("light", dark=False, background="#f8f5ee", surface="#f0ece3", panel="#e8e3d8", foreground="#1d1b18",
           quiet="#55524b", dim="#5f5c55", faint="#7d7970", primary="#8a4a00", secondary="#1d615b", success="#2b6220",
           warning="#8a4a00", error="#a3241a"),
    _theme("high-contrast", dark=True, background="#000000", surface="#000000", panel="#101010", foreground="#ffffff",
           quiet="#e6e6e6", dim="#d0d0d0", faint="#9a9a9a", primary="#ffd23f", secondary="#6be3ff", success="#7dff7d",
           warning="#ffd23f", error="#ff9a8c"),
    # after the palette of Okabe and Ito, brightened for a dark stage
    _theme("colour-blind", dark=True, background="#101214", surface="#16191c", panel="#21252a", foreground="#dcdcdc",
           quiet="#a6a6a6", dim="#929292", faint="#757575", primary="#e69f00", secondary="#56b4e9", success="#2fbf93",
           warning="#f0e442", error="#f0733a"),
    # only the colours that such a terminal has, as the xterm names them
    _theme("sixteen", dark=True, background="#000000", surface="#000000", panel="#000000", foreground="#ffffff",
           quiet="#aaaaaa", dim="#aaaaaa", faint="#aaaaaa", primary="#ffff55", secondary="#55ffff", success="#55ff55",
           warning="#ffff55", error="#ff5555"))
assert [theme.name for theme in OURS] == list(THEMES)
SHADES = {"quiet": "#a0a0a0", "dim": "#909090", "faint": "#757575"}  # until a theme of ours is set
