"""A word of the line mode."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.plain.line import Answer, Line


@dataclass(frozen=True, slots=True)
class Word:
    """The first word of a line. usage: what follows it, as help shows it; make: what the line asks for; actions: those
    of the keymap that it stands for; about: what it does, by default as the keymap says it of the first action."""

    name: str
    usage: str
    make: Callable[[Line], Answer | tuple[Answer, ...]]
    actions: tuple[str, ...] = ()
    about: str = ""
