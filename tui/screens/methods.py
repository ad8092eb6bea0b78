"""The choice of the plugins that decompose: transcriber, separator, extractor."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.core.methods import ABOUT, Methods
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.screens.ask_value import AskValueScreen
from tui.typed_values import Argument
from tui.widgets.readout import Readout

HEADINGS = {"transcriber": "transcriber: finds the hits", "separator": "separator: a stem for each drum",
            "extractor": "extractor: makes the one-shots"}
NAME_COLUMNS = 18
Line = tuple[str, str]  # a kind of plugin and a name; the name of a heading is empty


class MethodsScreen(ModalScreen[bool]):
    """Enter chooses, and on the plugin that is chosen asks for its argument. The key that decomposes closes the page
    with True, Esc with False. choose: is given a kind and a plugin; installed: the names of each kind."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "leave", "close")]

    def __init__(self, methods: Methods, installed: Mapping[str, tuple[str, ...]], keymap: Keymap, glyphs: Glyphs,
                 choose: Callable[[str, str], None]) -> None:
        super().__init__()
        self.methods, self.choose, self.glyphs = methods, choose, glyphs
        self._again = keymap["decompose"].keys
        self.lines: list[Line] = [(kind, name) for kind, names in installed.items() for name in ("", *names)]
        self.list, self.hint = OptionList(id="methods-list"), Readout(id="methods-hint")
        again = keymap.key_of("decompose", glyphs)
        self._keys = f"Enter choose   again: give it a file   {again} decompose the loop with these"

    def compose(self) -> ComposeResult:
        """One line for each plugin."""
        with Vertical(id="methods-page") as page:
            page.border_title, page.border_subtitle = "Who decomposes from now on", "Esc closes"
            yield self.list
            yield self.hint

    def on_mount(self) -> None:
        """All plugins, the chosen transcriber highlighted."""
        self.list.add_options([self._option(line) for line in self.lines])
        self.list.highlighted = next(place for place, line in enumerate(self.lines) if self._is_chosen(line))
        self.list.focus()
        self.hint.say(self._keys)

    def on_key(self, event: Key) -> None:
        """Decompose what plays with what is chosen."""
        if event.key in self._again:
            event.stop()
            self.dismiss(True)

    def action_leave(self) -> None:
        """Close the page."""
        self.dismiss(False)

    def show(self, methods: Methods) -> None:
        """Show what is chosen now."""
        if methods == self.methods:
            return
        self.methods = methods
        for place, line in enumerate(self.lines):
            self.list.replace_option_prompt_at_index(place, self._option(line).prompt)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        kind, name = line = self.lines[event.option_index]
        if not self._is_chosen(line):
            self.choose(kind, name)
            return
        before = self._named(kind).partition(":")[2]
        self.app.push_screen(AskValueScreen(Argument(name), before), lambda given: self._give(kind, name, given))

    def _give(self, kind: str, name: str, argument: str | None) -> None:
        if argument is not None:
            self.choose(kind, f"{name}:{argument}" if argument else name)

    def _named(self, kind: str) -> str:
        return dict(self.methods.items())[kind]

    def _is_chosen(self, line: Line) -> bool:
        kind, name = line
        return bool(name) and self._named(kind).partition(":")[0] == name

    def _option(self, line: Line) -> Option:
        kind, name = line
        if not name:
            return Option(Text(HEADINGS[kind], "bold"), disabled=True)
        mark = self.glyphs.chosen if self._is_chosen(line) else " "
        words = self._named(kind) if self._is_chosen(line) and ":" in self._named(kind) else ABOUT[kind].get(name, "")
        return Option(Text(f" {mark} {name:<{NAME_COLUMNS}} {words}", no_wrap=True, overflow="ellipsis"))
