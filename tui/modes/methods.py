"""The key for the page on which the plugins that decompose are chosen."""

from collections.abc import Callable

from engine.core.methods import GROUPS, installed
from engine.core.snapshot import Snapshot
from tui.modes.mode import Actions, Mode
from tui.modes.transport import TransportMode
from tui.requests import Requests
from tui.screens.methods import MethodsScreen
from tui.screens.panel import Panel


class MethodMode(Mode):
    """Opens the page, and keeps it up to date. The music goes on under it, so `transport` works there, too, and so does
    the help."""

    def __init__(self, panel: Panel, requests: Requests, transport: TransportMode, show_help: Callable[[], None]
                 ) -> None:
        super().__init__(panel, requests)
        self._shared: Actions = {"play": transport.play_or_stop, "panic": transport.panic, "help": show_help}
        self._screen: MethodsScreen | None = None

    def actions(self) -> Actions:
        """The page."""
        return {"methods": self.open}

    def open(self) -> None:
        """Show what is installed and what is chosen; look it up first, for a plugin may have been installed."""
        names = {kind: tuple(installed(group)) for kind, group in GROUPS.items()}
        self._screen = MethodsScreen(self.panel.snapshot.status.methods, names, self.panel.keymap, self.panel.glyphs,
                                     self._choose, self._shared)
        self.panel.app.push_screen(self._screen, self._closed)

    def show(self, snapshot: Snapshot) -> None:
        """Hand what is chosen to the page, if it is open."""
        if self._screen is not None and self._screen.is_mounted:
            self._screen.show(snapshot.status.methods)

    def _choose(self, kind: str, name: str) -> None:
        self.requests.attempt(self.requests.engine.choose_method, kind, name)

    def _closed(self, decompose: bool | None) -> None:
        if decompose:
            self.requests.attempt(self.requests.engine.decompose)
