"""One line for a path: audio, a kit folder, or a file of another program."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.core.names import path_of


class OpenScreen(ModalScreen[Path | None]):
    """Returns the path, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        """A label and a field."""
        with Vertical(id="open-page"):
            yield Static("Open audio, a kit, a set, or another program's kit or pattern (SFZ, Hydrogen, MIDI):",
                         markup=False)
            yield Input(placeholder="path, then Enter; Esc cancels", id="open-path", compact=True)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = event.value.strip()
        self.dismiss(path_of(path) if path else None)
