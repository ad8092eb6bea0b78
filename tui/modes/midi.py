"""Keys that choose the clock source and open the MIDI screen."""

from collections.abc import Callable
from functools import partial

from engine.core.commands import SetClockSource
from engine.core.snapshot import Snapshot
from tui.midi_rows import Kind
from tui.modes.mode import Actions, Mode
from tui.modes.transport import TransportMode
from tui.requests import Requests
from tui.screens.midi import MidiScreen, next_source
from tui.screens.panel import Panel


class MidiMode(Mode):
    """The music goes on under the MIDI screen, so `transport` works there too, and so does the help."""

    def __init__(self, panel: Panel, requests: Requests, transport: TransportMode, show_help: Callable[[], None]
                 ) -> None:
        super().__init__(panel, requests)
        self._shared: Actions = {"midi-source": self.next_source, "midi-play": transport.play_or_stop,
                                 "midi-panic": transport.panic, "midi-help": show_help}
        self._screen: MidiScreen | None = None

    def actions(self) -> Actions:
        """The screen, at its first line or at the controllers; and the clock source."""
        return {"midi": partial(self.open, Kind.SOURCE), "learn": partial(self.open, Kind.CONTROL),
                "source": self.next_source}

    def next_source(self) -> None:
        """Choose the next clock source."""
        source = next_source(self.machine.midi.source)
        self.send(SetClockSource(source))
        self.notify(f"Clock source: {source.value}")

    def open(self, begin: Kind) -> None:
        """Open the screen with the bar on the first line of a kind."""
        self._screen = MidiScreen(self.panel.snapshot, self.panel.keymap.midi, self.panel.glyphs, self.requests,
                                  self._shared, begin)
        self.panel.app.push_screen(self._screen)

    def show(self, snapshot: Snapshot) -> None:
        """Hand the newest snapshot to the screen, if it is open."""
        if self._screen is not None and self._screen.is_mounted:
            self._screen.show(snapshot)
