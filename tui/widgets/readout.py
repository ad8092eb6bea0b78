"""A small window on one value: it redraws when its words change, and asks for an action when pressed."""

from typing import ClassVar

from rich.text import Text
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.looks import looks


class Pressed(Message):
    """The musician asks for this action by mouse."""

    def __init__(self, action_id: str) -> None:
        super().__init__()
        self.action_id = action_id


class Readout(Widget):
    """`text` after a quiet `label`. Its class `-lamp` is on while `lamp` is: something is on, or wrong."""

    text: reactive[str] = reactive("")
    lamp: reactive[bool] = reactive(False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"readout--label"}

    def __init__(self, label: str = "", action_id: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = label
        self.action_id = action_id

    def render(self) -> Text:
        """The label and the value, on one line."""
        quiet, = looks(self, "readout--label")
        label = Text(f"{self.label} " if self.label else "", quiet, no_wrap=True, overflow="ellipsis")
        return label + Text(self.text)

    def say(self, text: str, lamp: bool = False) -> None:
        """Take over words and lamp."""
        self.text, self.lamp = text, lamp

    def watch_lamp(self, lamp: bool) -> None:
        """Light up or go dark."""
        self.set_class(lamp, "-lamp")

    def on_click(self) -> None:
        """Ask for what this readout stands for."""
        if self.action_id:
            self.post_message(Pressed(self.action_id))
