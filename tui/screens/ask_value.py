"""One line for a value: a tempo, a gain, a pitch, passes. It begins with the value as it is."""

from typing import ClassVar, Generic

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.typed_values import Question, Value


class AskValueScreen(ModalScreen[Value | None], Generic[Value]):
    """Returns the value, or None. What is no answer is refused in words, and can be corrected."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "close")]

    def __init__(self, typed: Question[Value], value: Value) -> None:
        super().__init__()
        self.typed, self.value = typed, value
        self.words = Static(markup=False, id="value-words")

    def compose(self) -> ComposeResult:
        """The question with its range, and a field."""
        with Vertical(id="open-page"):
            yield self.words
            yield Input(self.typed.text(self.value), placeholder="then Enter; Esc cancels", id="value",
                        compact=True, select_on_focus=True)

    def on_mount(self) -> None:
        """Ask."""
        self.words.update(self.typed.question)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        value = self.typed.read(event.value)
        if value is None:
            self.words.update(self.typed.refusal(event.value.strip()))
        else:
            self.dismiss(value)
