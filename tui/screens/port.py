"""Which port to join: one of those that are there, one of another name, or none."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

NOTHING = ""


class PortScreen(ModalScreen[str | None]):
    """Answers a name or a part of one, NOTHING for no port, None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "close"), ("f12", "app.panic", "panic")]

    def __init__(self, words: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.words, self.names = words, names

    def compose(self) -> ComposeResult:
        """The ports, and a field for those that are away."""
        with Vertical(id="port-page") as page:
            page.border_title, page.border_subtitle = self.words, "Esc leaves"
            yield OptionList(Option("nothing"), *(Option(Text(name)) for name in self.names), id="port-list")
            yield Input(placeholder="Tab, and a part of a name: joined whenever it is there", id="port-name",
                        compact=True)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((NOTHING, *self.names)[event.option_index])

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
