"""The pads: one per track, triggered by a click or its digit."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.pattern import MAX_TRACKS
from engine.core.snapshot import Status
from tui.braille import rows_of, stretched
from tui.glyphs import Glyphs
from tui.widgets.lane_label import Sound
from tui.widgets.meter import LevelMeter
from tui.widgets.sounds import sound_of
from tui.widgets.styles import part_styles

LIT_FROM = 0.05


class PadText(Widget):
    """A pad's text: number, name and a picture of its one-shot, then its length, gain and match."""

    name_of_track: reactive[str] = reactive("")
    sound: reactive[Sound] = reactive(Sound())

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pad--name", "pad--quiet"}

    def __init__(self, number: int, glyphs: Glyphs) -> None:
        super().__init__()
        self.number, self.glyphs = number, glyphs

    def render(self) -> Text:
        """Two lines."""
        name, quiet = part_styles(self, "pad--name", "pad--quiet")
        return Text.assemble((f"{self.number} ", quiet), (self.name_of_track, name), (self._picture(), quiet), "\n",
                             (self._sound(), quiet), no_wrap=True, overflow="crop")

    def _picture(self) -> str:
        """The one-shot behind its name, if three columns or more are free."""
        columns = self.size.width - len(self.name_of_track) - 4
        if columns < 3 or not self.sound.picture:
            return ""
        ascii_ = self.glyphs.wave if self.glyphs.name == "ascii" else ""
        highest = max(self.sound.picture) or 1
        peaks = stretched([peak / highest for peak in self.sound.picture], columns * (1 if ascii_ else 2))
        return " " + rows_of(peaks, 1, ascii_=ascii_)[0]

    def _sound(self) -> str:
        """As much of its length, match and gain as there is room for."""
        length, _, gain = self.sound.words.partition(" s ")
        match = "" if self.sound.match is None else f"{self.sound.match:.0%}"
        words = f"{length} s" if gain else length
        for more in filter(None, (match, gain)):
            words = f"{words} {more}" if len(words) + len(more) < self.size.width else words
        return words


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
        self.text = PadText(number, glyphs)
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

    def show_machine(self, status: Status) -> None:
        """Show which one-shot each track has."""
        tracks = status.machine.pattern.tracks
        for pad in self.pads:
            pad.display = pad.number <= len(tracks)
            if pad.display:
                text = pad.text
                text.name_of_track = tracks[pad.number - 1].name
                text.sound = sound_of(status, text.name_of_track)

    def show_levels(self, peaks: tuple[float, ...], elapsed_s: float) -> None:
        """Show the newest peaks, one per track."""
        for pad in self.pads:
            if pad.display:
                pad.show_level(peaks[pad.number - 1] if pad.number <= len(peaks) else 0.0, elapsed_s)
