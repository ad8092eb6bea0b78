"""The pads: one per track, triggered by a click or its digit."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.kit import OneShot
from engine.core.machine import Machine
from engine.core.pattern import MAX_TRACKS
from tui.glyphs import Glyphs
from tui.meter_scale import decibels
from tui.widgets.meter import LevelMeter
from tui.widgets.styles import part_styles

LIT_FROM = 0.05


class PadText(Widget):
    """A pad's text: number and name, then length and gain of its one-shot."""

    name_of_track: reactive[str] = reactive("")
    one_shot: reactive[OneShot | None] = reactive(None)
    sample_rate: reactive[int] = reactive(48000)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pad--name", "pad--quiet"}

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def render(self) -> Text:
        """Two lines."""
        name, quiet = part_styles(self, "pad--name", "pad--quiet")
        return Text.assemble((f"{self.number} ", quiet), (self.name_of_track, name), "\n",
                             (self._sound(), quiet), no_wrap=True, overflow="crop")

    def _sound(self) -> str:
        shot = self.one_shot
        if shot is None:
            return "no sound"
        length = f"{shot.frames / self.sample_rate:.2f} s"
        gain = f"{decibels(shot.gain):+.0f} dB"
        return f"{length} {gain}" if self.size.width > len(length) + len(gain) else length


class Pad(Vertical):
    """One track's one-shot with its meter. `-lit` while it sounds."""

    class Pressed(Message):
        """Pad `number` was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, number: int, glyphs: Glyphs) -> None:
        super().__init__(id=f"pad-{number}")
        self.number = number
        self.text = PadText(number)
        self.meter = LevelMeter("", glyphs)

    def compose(self) -> ComposeResult:
        """Text over meter."""
        yield self.text
        yield self.meter

    def show_level(self, peak: float, elapsed_s: float) -> None:
        """Show the newest peak."""
        self.meter.show(peak, elapsed_s)
        self.set_class(peak >= LIT_FROM, "-lit")

    def on_click(self) -> None:
        """Say that the pad was pressed."""
        self.post_message(self.Pressed(self.number))


class Pads(Horizontal):
    """A pad for every track that a pattern may have; those without a track are hidden."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="pads")
        self.pads = [Pad(number, glyphs) for number in range(1, MAX_TRACKS + 1)]

    def compose(self) -> ComposeResult:
        """The pads, from the left."""
        yield from self.pads

    def show_machine(self, machine: Machine) -> None:
        """Show which one-shot each track has."""
        tracks = machine.pattern.tracks
        for pad in self.pads:
            pad.display = pad.number <= len(tracks)
            if pad.display:
                text = pad.text
                text.name_of_track = tracks[pad.number - 1].name
                text.one_shot = machine.kit.one_shots.get(text.name_of_track)
                text.sample_rate = machine.timeline.sample_rate

    def show_levels(self, peaks: tuple[float, ...], elapsed_s: float) -> None:
        """Show the newest peaks, one per track."""
        for pad in self.pads:
            if pad.display:
                pad.show_level(peaks[pad.number - 1] if pad.number <= len(peaks) else 0.0, elapsed_s)
