"""A page of facts that keeps itself up to date: messages, jobs, audio, sync."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

Lines = Sequence[tuple[str, str]]


class FactsScreen(ModalScreen[None]):
    """action_id: the action that opens it; lines: what it says now. `show` is called with each snapshot. The arrows
    scroll; Esc closes."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,enter", "dismiss", "close")]

    def __init__(self, action_id: str, title: str, lines: Callable[[], Lines]) -> None:
        super().__init__(action_id)
        self.page_title, self.lines = title, lines
        self.shown: Lines = ()
        self.page = Static(id="facts")

    def compose(self) -> ComposeResult:
        """The lines on one page."""
        with VerticalScroll(id="facts-page") as page:
            page.border_title, page.border_subtitle = self.page_title, "Esc closes"
            yield self.page

    def on_mount(self) -> None:
        """Say it at once."""
        self.show()

    def show(self) -> None:
        """Say what is new."""
        lines = list(self.lines())
        if lines == self.shown:
            return
        self.shown = lines
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, words in lines:
            table.add_row(Text(name), Text(words))
        self.page.update(table)
