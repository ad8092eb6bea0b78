"""Keys by name: as people write them, as Textual names them, as the screen shows them. Loads nothing of Textual."""

import re
import unicodedata

from engine.core.errors import InvalidValue
from tui.glyphs import Glyphs

NAMED_KEYS = {"question_mark": "?", "plus": "+", "minus": "-", "equals_sign": "=", "escape": "Esc", "comma": ",",
              "full_stop": ".", "semicolon": ";", "colon": ":", "ampersand": "&", "quotation_mark": '"',
              "apostrophe": "'", "left_parenthesis": "(", "right_parenthesis": ")", "underscore": "_"}
WORDS = ("up", "down", "left", "right", "enter", "escape", "backspace", "delete", "insert", "home", "end", "pageup",
         "pagedown", "tab", "space", *(f"f{number}" for number in range(1, 25)))
ALIASES = {"esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
           "pgdn": "pagedown", "spacebar": "space", "control": "ctrl"}
MODIFIERS = ("alt", "ctrl", "shift")  # in Textual's order
REPLACED = {"hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore", "solidus": "slash",
            "reverse_solidus": "backslash", "commercial_at": "at"}  # where Textual departs from Unicode
SAME_AS = {"ctrl+i": "Tab", "ctrl+m": "Enter", "ctrl+j": "Enter", "ctrl+h": "Backspace"}  # in every terminal


def key_named(written: str) -> str:
    """The key as Textual names it, from words such as `F5`, `ctrl+r`, `shift+left`, `?`, `é`.

    Raises InvalidValue for what is no key, or one that terminals cannot tell from another; the text says why.
    """
    text = written.strip()
    if len(text) == 1 or text.endswith("++"):
        *modifiers, name = [*text[:-2].split("+"), "+"] if len(text) > 1 else [text]
    else:
        *modifiers, name = re.split(r"(?i)[+]|(?<=ctrl)-|(?<=alt)-|(?<=shift)-", text)
    modifiers = sorted({_alias(modifier) for modifier in modifiers})
    if not set(modifiers) <= set(MODIFIERS):
        raise InvalidValue(f"{text!r} is not a key")
    base = _base(name, text)
    if modifiers == ["shift"] and len(base) == 1 and base.isalpha():
        modifiers, base = [], base.upper()
    key = "+".join([*modifiers, base.lower() if "ctrl" in modifiers and len(base) == 1 else base])
    if key in SAME_AS:
        raise InvalidValue(f"terminals send {key} as {SAME_AS[key]}")
    return key


def key_label(key: str, glyphs: Glyphs) -> str:
    """A key where there is little room: ^p, shift+↑, ?."""
    return key_words(key, glyphs).replace("ctrl+", "^")


def key_words(key: str, glyphs: Glyphs) -> str:
    """A key as a sentence names it: ctrl+p, shift+↑, ?."""
    *modifiers, name = key.split("+")
    name = NAMED_KEYS.get(name) or glyphs.arrows.get(name) or (name.upper() if name[1:].isdigit() else name)
    return "".join(f"{modifier}+" for modifier in modifiers) + name


def _alias(word: str) -> str:
    return ALIASES.get(word.strip().lower(), word.strip().lower())


def _base(name: str, text: str) -> str:
    """The key without its modifiers."""
    if len(name) == 1 and name.isalnum():
        return name
    if len(name) == 1 and name.isprintable() and name != " ":
        unicode_name = unicodedata.name(name, "").lower().replace("-", "_").replace(" ", "_")
        return REPLACED.get(unicode_name, unicode_name)
    word = _alias(name)
    if word in WORDS or word in NAMED_KEYS or word in REPLACED.values() or _is_sign(word):
        return word
    raise InvalidValue(f"{text!r} is not a key")


def _is_sign(word: str) -> bool:
    """Whether this is how Textual names a sign, by Unicode: left_square_bracket."""
    try:
        return not unicodedata.lookup(word.replace("_", " ")).isalnum()
    except KeyError:
        return False
