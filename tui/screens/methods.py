"""The choice of the plugins that decompose: transcriber, separator, extractor."""

import contextlib
import time
from collections.abc import Callable, Mapping
from functools import partial

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.core.errors import InvalidValue
from engine.core.methods import ABOUT, Methods
from tui.glyphs import Glyphs
from tui.keymap import Keymap, key_table
from tui.modes.mode import Actions
from tui.paths import with_path
from tui.screens.ask_value import AskValueScreen
from tui.typed_values import Argument
from tui.widgets.readout import Readout

HEADINGS = {"transcriber": "transcriber: finds the hits", "separator": "separator: a stem for each drum",
            "extractor": "extractor: makes the one-shots"}
NAME_COLUMNS = 16
BESIDE_WORDS = NAME_COLUMNS + 8  # columns of a line that its words do not have
PENDING_S = 1.0  # for so long a choice is shown as done before the engine confirms it
CLOSING = ("escape", "q")
Line = tuple[str, str]  # a kind of plugin and a name; the name of a heading is empty


class MethodsScreen(ModalScreen[bool]):
    """Enter chooses, and on the plugin that is chosen asks for its file or option. The key that decomposes closes the
    page with True, Esc with False. choose: is given a kind and a plugin; installed: the names of each kind; shared:
    what those keys do that work on the instrument screen, too."""

    def __init__(self, methods: Methods, installed: Mapping[str, tuple[str, ...]], keymap: Keymap, glyphs: Glyphs,
                 choose: Callable[[str, str], None], shared: Actions) -> None:
        super().__init__()
        self.methods, self.choose, self.glyphs, self.shared = methods, choose, glyphs, shared
        own: Actions = {"decompose": partial(self._leave, True), "methods": partial(self._leave, False)}
        self._actions: Actions = {**shared, **own}
        self._ids = {**key_table(keymap[id_] for id_ in self._actions), **dict.fromkeys(CLOSING, "methods")}
        self.lines: list[Line] = [(kind, name) for kind, names in installed.items() for name in ("", *names)]
        self.list, self.hint = OptionList(id="methods-list"), Readout(id="methods-hint")
        again = keymap.key_of("decompose", glyphs)
        self._keys = f"Enter choose   Enter again: its file or option   {again} decompose with these"
        self._chosen_s = 0.0

    def compose(self) -> ComposeResult:
        """One line for each plugin."""
        with Vertical(id="methods-page") as page:
            page.border_title, page.border_subtitle = "Plugins that decompose", "Esc closes"
            yield self.list
            yield self.hint

    def on_mount(self) -> None:
        """All plugins, the chosen transcriber highlighted."""
        self.list.add_options([self._option(line) for line in self.lines])
        self.list.highlighted = next((place for place, line in enumerate(self.lines) if self._is_chosen(line)), 1)
        self.list.focus()
        self.hint.say(self._keys)

    def on_key(self, event: Key) -> None:
        """Do what the key is for, before the list can take it."""
        if event.key in self._ids:
            event.stop()
            self._actions[self._ids[event.key]]()

    def on_resize(self) -> None:
        """Use the room that there is."""
        self._say()

    def show(self, methods: Methods) -> None:
        """Show what is chosen now; a choice stays on show until the engine has had time to confirm it."""
        if methods != self.methods and time.monotonic() - self._chosen_s > PENDING_S:
            self.methods = methods
            self._say()

    def _leave(self, decompose: bool) -> None:
        self.dismiss(decompose)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        kind, name = line = self.lines[event.option_index]
        if not self._is_chosen(line):
            self._choose(kind, name)
            return
        before = self._named(kind).partition(":")[2]
        self.app.push_screen(AskValueScreen(Argument(name), before), lambda given: self._give(kind, name, given))

    def _give(self, kind: str, name: str, argument: str | None) -> None:
        if argument is not None:
            self._choose(kind, with_path(f"{name}:{argument}") if argument else name)

    def _choose(self, kind: str, name: str) -> None:
        """Ask for it, and show it as chosen: keys come faster than snapshots."""
        self.choose(kind, name)
        with contextlib.suppress(InvalidValue):  # which was said
            self.methods = self.methods.changed(kind, name)
            self._chosen_s = time.monotonic()
            self._say()

    def _named(self, kind: str) -> str:
        return dict(self.methods.items())[kind]

    def _is_chosen(self, line: Line) -> bool:
        kind, name = line
        return bool(name) and self._named(kind).partition(":")[0] == name

    def _say(self) -> None:
        for place, line in enumerate(self.lines[: self.list.option_count]):
            self.list.replace_option_prompt_at_index(place, self._option(line).prompt)

    def _option(self, line: Line) -> Option:
        kind, name = line
        if not name:
            return Option(Text(HEADINGS[kind], "bold"), disabled=True)
        chosen = self._is_chosen(line)
        argument = self._named(kind).partition(":")[2] if chosen else ""
        words = self._ending(argument) or ABOUT[kind].get(name, "")
        return Option(Text(f" {self.glyphs.chosen if chosen else ' '} {name:<{NAME_COLUMNS}}  {words}"))

    def _ending(self, argument: str) -> str:
        """An argument, or as much of its end as there is room for."""
        room = max(8, self.list.size.width - BESIDE_WORDS)
        return argument if len(argument) <= room else self.glyphs.cut + argument[1 - room:]
