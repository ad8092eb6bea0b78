"""The guide of the first start, a step a page. The music plays on under it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class GuideScreen(ModalScreen[None]):
    """Enter goes on, Backspace back; Esc skips the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", "skip"), ("enter,right", "turn(1)", "next"),
        ("backspace,left", "turn(-1)", "back")]

    def __init__(self, steps: list[tuple[str, str]]) -> None:
        super().__init__()
        self.steps, self.number = steps, 0
        self.words, self.keys_line = Static(markup=False, id="guide-words"), Static(markup=False, id="guide-keys")

    def compose(self) -> ComposeResult:
        """The step and the keys."""
        with Vertical(id="guide-page"):
            yield self.words
            yield self.keys_line

    def on_mount(self) -> None:
        """The first step."""
        self._say()

    def action_turn(self, by: int) -> None:
        """Go to another step; after the last one, close."""
        self.number = max(0, self.number + by)
        if self.number >= len(self.steps):
            self.dismiss()
        else:
            self._say()

    def on_click(self) -> None:
        """A click goes on."""
        self.action_turn(1)

    def _say(self) -> None:
        title, words = self.steps[self.number]
        self.query_one("#guide-page").border_title = f"{title}   {self.number + 1} of {len(self.steps)}"
        self.words.update(words)
        last = self.number == len(self.steps) - 1
        self.keys_line.update("Enter: begin" if last else "Enter: next   Backspace: back   Esc: skip")
