"""What keys do about MIDI and whose time we keep."""

from collections.abc import Callable
from typing import Any

from engine.core.commands import SetClockSource
from engine.core.snapshot import Snapshot
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.midi_rows import Kind
from tui.screens.midi import MidiScreen, next_source


class MidiActions:
    """The part of TaoApp that opens the MIDI screen and hands it snapshots."""

    snapshot: Snapshot
    keymap: Keymap
    glyphs: Glyphs
    send: Callable[..., None]
    say: Callable[..., None]
    push_screen: Callable[..., Any]
    midi_screen: MidiScreen | None = None

    def action_midi(self) -> None:
        """Ports, clocks, routes, what knobs and notes do."""
        self._open_midi(Kind.SOURCE)

    def action_learn(self) -> None:
        """The same, at the knobs."""
        self._open_midi(Kind.CONTROL)

    def action_source(self) -> None:
        """Keep the next one's time."""
        source = next_source(self.snapshot.status.machine.midi.source)
        self.send(SetClockSource(source))
        self.say(f"Time is kept by: {source.value}.")

    def show_midi(self, newest: Snapshot) -> None:
        """Hand the newest snapshot to the MIDI screen, if it is open."""
        if self.midi_screen is not None and self.midi_screen.is_mounted:
            self.midi_screen.show(newest)

    def _open_midi(self, begin: Kind) -> None:
        self.midi_screen = MidiScreen(self.snapshot, self.keymap.midi, self.glyphs, begin)
        self.push_screen(self.midi_screen)
