"""The beat lamps: one for each beat of the bar, lit while it sounds. They can be seen from across the stage."""

from typing import ClassVar

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.widgets.styles import part_styles

MOST = 8
GAP = 1


class Lamps(Widget):
    """`beats` lamps, as wide as there is room. `lit`: the beat that sounds, from 1; 0 while stopped."""

    beats: reactive[int] = reactive(4)
    lit: reactive[int] = reactive(0)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lamps--lit", "lamps--one", "lamps--rest"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="beats")
        self.glyphs = glyphs

    @property
    def text(self) -> str:
        """The lamps in one row of small ones; empty for a bar of more beats than there is room for."""
        lights = (self.glyphs.lit if number == self.lit else self.glyphs.unlit for number in range(1, self.beats + 1))
        return "".join(lights) if self.beats <= MOST else ""

    def render(self) -> Text:
        """One row of dots, or blocks as high as the digits; the first beat of the bar has a look of its own."""
        lit, one, rest = part_styles(self, "lamps--lit", "lamps--one", "lamps--rest")
        rows = self.size.height
        if rows < 2:
            return Text(self.text, lit, no_wrap=True)
        if self.beats > MOST:
            return Text("")
        width = max(1, (self.size.width - 1) // self.beats - GAP)
        full, base = ("#", "_") if self.glyphs.name == "ascii" else ("█", "▁")
        text = Text(no_wrap=True)
        for row in range(rows):
            for number in range(1, self.beats + 1):
                last = row == rows - 1
                glyph = full if number == self.lit and not last else base if last else " "
                text.append(glyph * width, (one if number == 1 else lit) if number == self.lit else rest)
                text.append(" " * GAP)
            text.append("" if last else "\n")
        return text
