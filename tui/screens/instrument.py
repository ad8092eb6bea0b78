"""The instrument: the panel, with a mode for each subject that its keys and clicks are about."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from textual import on
from textual.events import Key

from engine.core.snapshot import Snapshot
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.browser import BrowserMode
from tui.modes.candidates import CandidateMode
from tui.modes.crossbreeding import CrossbreedMode
from tui.modes.effects import EffectMode
from tui.modes.history import HistoryMode
from tui.modes.key_dispatch import KeyDispatch
from tui.modes.methods import MethodMode
from tui.modes.midi import MidiMode
from tui.modes.mode import Actions, Mode
from tui.modes.pads import PadMode
from tui.modes.patterns import PatternMode
from tui.modes.ranges import RangeMode
from tui.modes.sound import SoundMode
from tui.modes.steps import StepMode
from tui.modes.takes import TakeMode
from tui.modes.tempo import TempoMode
from tui.modes.tracks import TrackMode
from tui.modes.transport import TransportMode
from tui.requests import Requests
from tui.screens.panel import Panel, Said
from tui.step_values import VALUES_WORDS
from tui.widgets.lane import Lane
from tui.widgets.pads import Pad

Entry = TypeVar("Entry")


class InstrumentScreen(Panel):
    """Holds the modes, and gives them every key. app_actions: what the keys do that concern the whole program;
    put_away: takes warnings off the screen."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap, snapshot: Snapshot, requests: Requests,
                 app_actions: Actions, put_away: Callable[[], None]) -> None:
        super().__init__(glyphs, keymap, snapshot)
        self._put_away = put_away
        self.transport_keys, history = TransportMode(self, requests), HistoryMode(self, requests)
        self.takes = TakeMode(self, requests)
        self.ranges = RangeMode(self, requests)
        self.patterns = PatternMode(self, requests)
        self.tracks = TrackMode(self, requests)
        self.tempo = TempoMode(self, requests)
        self.candidates = CandidateMode(self, requests)
        self.methods = MethodMode(self, requests, self.transport_keys, app_actions["help"])
        self.midi = MidiMode(self, requests, self.transport_keys, app_actions["help"])
        self.browser = BrowserMode(self, requests, history, app_actions["help"])
        modes: tuple[Mode, ...] = (
            self.transport_keys, history, self.takes, self.ranges, StepMode(self, requests, self.ranges), self.patterns,
            self.tracks, PadMode(self, self.tracks), EffectMode(self, requests), SoundMode(self, requests), self.tempo,
            self.candidates, self.methods, CrossbreedMode(self, requests), self.midi, self.browser)
        leaders = _merged(*(mode.leaders() for mode in modes))
        self.key_bar.prompts |= {name: leader.prompt for name, leader in leaders.items()}
        here: Actions = {"escape": self.escape, "grid-values": self.next_values}
        self.actions: Actions = _merged(app_actions, here, *(mode.actions() for mode in modes))
        self._leaders = leaders
        self._dispatch = KeyDispatch(self, keymap, self.actions, leaders)

    async def on_key(self, event: Key) -> None:
        """Do at once what the key means now."""
        self.tempo.last_key_s = time.monotonic()
        if self._dispatch.press(event.key):
            event.stop()
            self._show_value()

    def show_snapshot(self, snapshot: Snapshot, said: Said, now_s: float) -> None:
        """Show the newest snapshot here and on the screens above."""
        self.show(snapshot, self.takes.bars, said, now_s)
        self._show_value()
        self.tempo.show(snapshot.status.readings)
        self.candidates.show(snapshot.status.candidates)
        self.methods.show(snapshot)
        self.midi.show(snapshot)
        self.browser.show(snapshot)

    def _show_value(self) -> None:
        """Say beside the prompt what is set now."""
        leader = self._leaders.get(self.leader)
        self.key_bar.value = leader.value() if leader is not None and leader.value is not None else ""

    def escape(self) -> None:
        """Unmark all steps, and put warnings away. Twice in quick succession is a panic."""
        self.ranges.unmark()
        self._put_away()
        self.transport_keys.escape()

    def next_values(self) -> None:
        """Show the next kind of value in the grid."""
        self.grid_values = self.grid_values.following
        self.tracks.notify(f"Grid: {VALUES_WORDS[self.grid_values]}.")

    @on(Lane.StepPressed)
    def _step_pressed(self, event: Lane.StepPressed) -> None:
        self.ranges.unmark()
        self.cursor = event.number - 1, event.index
        self.ranges.toggle()

    @on(Lane.LabelPressed)
    def _label_pressed(self, event: Lane.LabelPressed) -> None:
        match event.part:
            case "name":
                self.tracks.trigger(event.number)
            case "mute":
                self.tracks.toggle_mute(event.number - 1)
            case "solo":
                self.tracks.toggle_solo(event.number - 1)

    @on(Pad.Pressed)
    def _pad_pressed(self, event: Pad.Pressed) -> None:
        self.tracks.trigger(event.number)


def _merged(*tables: Mapping[str, Entry]) -> dict[str, Entry]:
    """One table of all; a name belongs to one of them."""
    merged: dict[str, Entry] = {}
    for table in tables:
        assert merged.keys().isdisjoint(table), merged.keys() & table
        merged.update(table)
    return merged
