"""One line for a name: of a kit or a set to save."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.core.names import MAX_NAME


class AskNameScreen(ModalScreen[str | None]):
    """Returns the name, or None. proposed: the one that Enter alone chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "close")]

    def __init__(self, question: str, proposed: str) -> None:
        super().__init__()
        self._question, self._proposed = question, proposed

    def compose(self) -> ComposeResult:
        """The question and a field."""
        with Vertical(id="open-page"):
            yield Static(self._question, markup=False)
            yield Input(self._proposed, placeholder="name, then Enter; Esc cancels", id="name", compact=True,
                        max_length=MAX_NAME)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)
