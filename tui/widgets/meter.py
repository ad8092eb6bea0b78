"""A level meter one line high: it rises at once, falls slowly, and redraws only when a column changes."""

from typing import ClassVar

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.meter_scale import FLOOR_DB, lit_columns, next_level_db
from tui.widgets.styles import part_styles


class LevelMeter(Widget):
    """Peaks as a row of columns, full at 0 dB. `over`: the signal has clipped."""

    lit: reactive[int] = reactive(0)
    over: reactive[bool] = reactive(False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"meter--label", "meter--lit", "meter--over", "meter--rest"}

    def __init__(self, label: str, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = label
        self.glyphs = glyphs
        self.level_db = FLOOR_DB

    @property
    def bar_columns(self) -> int:
        """How many columns there are beside the label."""
        return max(0, self.size.width - len(self.label) - bool(self.label) - 1)

    def show(self, peak: float, elapsed_s: float) -> None:
        """Show the newest peak, linear, `elapsed_s` after the last one."""
        self.level_db = next_level_db(self.level_db, peak, elapsed_s)
        self.lit = lit_columns(self.level_db, self.bar_columns)
        self.over = peak > 1.0 or (self.over and self.level_db > -3.0)

    def render(self) -> Text:
        """Label, lit columns, the rest."""
        label, lit, over, rest = part_styles(self, "meter--label", "meter--lit", "meter--over", "meter--rest")
        unlit = max(0, self.bar_columns - self.lit)
        return Text.assemble((f"{self.label} " if self.label else "", label),
                             (self.glyphs.bar * self.lit, over if self.over else lit),
                             (self.glyphs.rest * unlit, rest),
                             (self.glyphs.warning if self.over else " ", over), no_wrap=True)
