"""A readout: one value in words. A click requests its action."""

from typing import ClassVar

from rich.text import Text
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

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
        label = Text(f"{self.label} " if self.label else "", quiet, no_wrap=True, overflow="ellipsis")
        return label + Text(self.text)

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
