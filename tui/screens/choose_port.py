"""The choice of a MIDI port to connect to: one that is present, one by its name, or none."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

NO_PORT = ""


class ChoosePortScreen(ModalScreen[str | None]):
    """Returns a name or part of one, NO_PORT to disconnect, None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "close")]

    def __init__(self, title: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.port_title, self.names = title, names

    def compose(self) -> ComposeResult:
        """The ports, and a field for one that is not connected yet."""
        with Vertical(id="port-page") as page:
            page.border_title, page.border_subtitle = self.port_title, "Esc cancels"
            yield OptionList(Option("no port"), *(Option(Text(name)) for name in self.names), id="port-list")
            yield Input(placeholder="Tab, then part of a name: connects when it appears", id="port-name",
                        compact=True)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((NO_PORT, *self.names)[event.option_index])

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
