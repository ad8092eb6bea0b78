"""Keyboards: which keys change where their place matters, and which letters play the pads."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Preset:
    """A keyboard. pad_row: the keys that play tracks 1 to 8 while the pads are open, four in the bottom row and four
    in the row above, as on a drum machine; keys: what differs from Tao's own keys, by action id."""

    name: str
    title: str
    pad_row: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# On a French keyboard digits need shift, so the signs of their keys do the same, and - = , . move with their places.
_FRENCH_DIGITS = ("ampersand", "é", "quotation_mark", "apostrophe", "left_parenthesis", "minus", "è", "underscore")
_FRENCH = {**{f"track-{number}": (str(number), sign) for number, sign in enumerate(_FRENCH_DIGITS, 1)},
           "digit-9": ("9", "ç"), "digit-0": ("0", "à"), "tempo-down": ("right_parenthesis",),
           "move-earlier": ("semicolon",), "move-later": ("colon",)}
PRESETS = {preset.name: preset for preset in (
    Preset("qwerty", "English", tuple("zxcvasdf")),
    Preset("qwertz", "German", tuple("yxcvasdf")),
    Preset("azerty", "French", tuple("wxcvqsdf"), _FRENCH),
    Preset("dvorak", "Dvorak", ("semicolon", *"qjkaoeu")),
    Preset("colemak", "Colemak", tuple("zxcvarst")))}
