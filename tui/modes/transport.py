"""Keys for playing: play and stop, panic, and what is heard of the loop."""

import time
from functools import partial

from engine.core.commands import Panic, Play, SetListen, Stop
from engine.core.commands.boundary import Boundary
from engine.core.machine import Listen
from tui.modes.mode import Actions, Mode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel

ESCAPE_WITHIN_S = 0.6
PANIC_WITHIN_S = 2.0


class TransportMode(Mode):
    """Two Esc in quick succession are a panic; two panics stop the music too."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._escape_until_s = self._panic_until_s = 0.0

    def actions(self) -> Actions:
        """Transport and listening."""
        return {"play": self.play_or_stop, "panic": self.panic,
                "listen": partial(self.listen_to_next, Boundary.BAR),
                "listen-now": partial(self.listen_to_next, Boundary.NOW)}

    def play_or_stop(self) -> None:
        """Play from bar 1, or stop."""
        self.send(Stop() if self._playing else Play())

    def panic(self) -> None:
        """Silence every voice, and every note on other instruments; pressed again soon, stop too."""
        now_s = time.monotonic()
        self.send(Panic())
        if now_s < self._panic_until_s and self._playing:
            self.send(Stop())
        self._panic_until_s = now_s + PANIC_WITHIN_S
        self.notify("Panic: all voices and MIDI notes are silenced. Press again to stop.")

    def escape(self) -> None:
        """Panic, if this is the second time in a row."""
        now_s = time.monotonic()
        if now_s < self._escape_until_s:
            self.panic()
        self._escape_until_s = now_s + ESCAPE_WITHIN_S

    def listen_to_next(self, boundary: Boundary) -> None:
        """Go on to the next of Original, Kit + Residual and Kit."""
        order = list(Listen)
        following = order[(order.index(self.expected(Setting("listen"))) + 1) % len(order)]
        if self.machine.loop is None:
            self.send(SetListen(following))  # the engine says what is missing; nothing is pending
        else:
            self.change(Setting("listen"), following, SetListen(following), boundary)

    @property
    def _playing(self) -> bool:
        return self.panel.snapshot.meters.playing
