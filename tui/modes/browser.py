"""Keys that give a track other sounds: from the browser, or one after the other without it."""

from collections.abc import Callable
from functools import partial

from engine.core.commands.boundary import Boundary
from engine.core.requests import FitOptions
from engine.core.snapshot import Snapshot
from tui.modes.history import HistoryMode
from tui.modes.mode import Actions, Mode
from tui.requests import Requests
from tui.screens.panel import Panel
from tui.screens.sounds import SoundsScreen


class BrowserMode(Mode):
    """Remembers in what a new sound should match the old one. Undo and help work in the browser, too."""

    def __init__(self, panel: Panel, requests: Requests, history: HistoryMode, show_help: Callable[[], None]
                 ) -> None:
        super().__init__(panel, requests)
        self._undo, self._help = history.undo, show_help
        self._screen: SoundsScreen | None = None

    def actions(self) -> Actions:
        """The browser, the next sound, the previous one."""
        return {"sounds": self.open, "next-sound": partial(self.swap_next, 1),
                "previous-sound": partial(self.swap_next, -1)}

    @property
    def fit(self) -> FitOptions:
        """In what a new sound should match the old one."""
        return FitOptions() if self._screen is None else self._screen.fit

    def open(self) -> None:
        """Browse sounds for the track under the cursor."""
        self._screen = SoundsScreen(self.machine.pattern.tracks, self.panel.cursor[0], self.fit, self.requests,
                                    self.panel.glyphs, self._undo, self._help)
        self.panel.app.push_screen(self._screen)

    def swap_next(self, by: int) -> None:
        """Give the track under the cursor the next sound, or the previous one, from its next hit on."""
        self.requests.attempt(self.requests.engine.swap_next, self.track.name, by, self.fit, Boundary.NOW)

    def show(self, snapshot: Snapshot) -> None:
        """Hand the sounds that were found to the browser, if it is open."""
        if self._screen is not None and self._screen.is_mounted:
            self._screen.show(snapshot.status.sounds)
