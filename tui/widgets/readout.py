"""A readout: one value in words, or in digits that can be read from afar. A click requests its action."""

from typing import ClassVar

from rich.text import Text
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.big_text import BIG_ROWS, ROWS, big_text
from tui.glyphs import Glyphs
from tui.widgets.styles import part_styles


class ActionRequested(Message):
    """The musician clicked on something that stands for this action of the keymap."""

    def __init__(self, action_id: str) -> None:
        super().__init__()
        self.action_id = action_id


class Readout(Widget):
    """`text` after a quiet `label`. `lamp`: something is on, or wrong; the class `-lamp` shows it."""

    text: reactive[str] = reactive("")
    lamp: reactive[bool] = reactive(False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"readout--label"}

    def __init__(self, label: str = "", action_id: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = label
        self.action_id = action_id

    def render(self) -> Text:
        """The label and the value, on one line."""
        quiet, = part_styles(self, "readout--label")
        label = f"{self.label} " if self.label else ""
        return Text.assemble((label, quiet), self.text, no_wrap=True, overflow="ellipsis")

    def say(self, text: str, lamp: bool = False) -> None:
        """Show this text and lamp."""
        self.text, self.lamp = text, lamp

    def watch_lamp(self, lamp: bool) -> None:
        """Light up or go dark."""
        self.set_class(lamp, "-lamp")

    def on_click(self) -> None:
        """Request the action, if there is one."""
        if self.action_id:
            self.post_message(ActionRequested(self.action_id))


class BigReadout(Readout):
    """`big` in large digits where there are three rows or more; else `text`, or where nothing is to be large. What
    follows the first space of `text` stands small beside the digits."""

    big: reactive[str] = reactive("")

    def __init__(self, glyphs: Glyphs, action_id: str = "", id: str | None = None) -> None:
        super().__init__("", action_id, id)
        self.glyphs = glyphs

    def say_big(self, text: str, big: str, lamp: bool = False) -> None:
        """Show this text small, or `big` large."""
        self.big = big
        self.say(text, lamp)

    def render(self) -> Text:
        """Digits, or the text in the middle."""
        rows = self.size.height
        if rows < ROWS:
            return Text(self.text, no_wrap=True, overflow="ellipsis")
        if not self.big:
            return Text("\n" * ((rows - 1) // 2) + self.text, no_wrap=True, overflow="ellipsis")
        quiet, = part_styles(self, "readout--label")
        lines = big_text(self.big, BIG_ROWS if rows >= BIG_ROWS else ROWS, self.glyphs.name != "ascii")
        beside = self.text.partition(" ")[2] if self.big[-1].isdigit() else ""
        text = Text(lines[0], no_wrap=True)
        text.append(f" {beside}" if beside else "", quiet)
        return text + Text("".join(f"\n{line}" for line in lines[1:]))
