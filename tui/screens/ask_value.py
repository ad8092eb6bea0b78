"""One line for a number: a tempo, a gain, a pitch. It begins with the value as it is."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.typed_values import Typed, read_number


class AskValueScreen(ModalScreen[float | None]):
    """Returns the number, or None. What is no number in range is refused in words, and can be corrected."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "close")]

    def __init__(self, typed: Typed, value: float) -> None:
        super().__init__()
        self.typed, self.value = typed, value
        self.words = Static(markup=False, id="value-words")

    def compose(self) -> ComposeResult:
        """The question with its range, and a field."""
        with Vertical(id="open-page"):
            yield self.words
            yield Input(self.typed.text(self.value), placeholder="a number, then Enter; Esc cancels", id="value",
                        compact=True, select_on_focus=True)

    def on_mount(self) -> None:
        """Ask."""
        self.words.update(self.typed.question)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        number = read_number(event.value)
        if number is None or not self.typed.low <= number <= self.typed.high:
            self.words.update(self.typed.refusal(event.value.strip()))
        else:
            self.dismiss(number)
