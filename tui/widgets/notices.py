"""The banner and the notice line: sentences to the musician."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tui.glyphs import Glyphs


class Banner(Widget):
    """What stays true until you do something about it, such as playing without a device. Hidden while empty."""

    text: reactive[str] = reactive("", layout=True)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="banner")
        self.glyphs = glyphs

    def render(self) -> Text:
        """The sentence behind a warning mark."""
        return Text(f" {self.glyphs.warning} {self.text}")

    def watch_text(self, text: str) -> None:
        """Hide while there is nothing to say."""
        self.display = bool(text)


class NoticeLine(Widget):
    """The newest notice; an urgent one stays lit."""

    text: reactive[str] = reactive("")
    urgent: reactive[bool] = reactive(False)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="notice")
        self.glyphs = glyphs

    def render(self) -> Text:
        """The notice, behind a warning mark if it is urgent."""
        mark = self.glyphs.warning if self.urgent else " "
        return Text(f" {mark} {self.text}" if self.text else "", no_wrap=True, overflow="ellipsis")

    def watch_urgent(self, urgent: bool) -> None:
        """Light up or go quiet."""
        self.set_class(urgent, "-urgent")
