"""The effects in one line: which are on or about to be, and how the selected one is set."""

from typing import ClassVar

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.effects import NOTES, RANGES, Effect, Effects, cutoff_hz
from tui.glyphs import Glyphs
from tui.widgets.styles import part_styles

SHORT = {Effect.FILTER: "filt", Effect.STUTTER: "stut", Effect.REVERB: "verb", Effect.REVERSE: "rev"}
ROOM = 88  # columns for all nine names in full, with the settings of one


class EffectsLine(Widget):
    """`1 filter 2●DELAY ...`: a mark and capitals mean on; a hollow mark means on from the next step; brackets mean
    chosen, `[1 filter]`, and say nothing about on or off. Hidden while nothing is on and the effects' keys are not in
    use. `chosen`: the effect that the arrows adjust, if any."""

    effects: reactive[Effects] = reactive(Effects())
    coming: reactive[frozenset[Effect]] = reactive(frozenset())
    chosen: reactive[Effect | None] = reactive(None)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"effects--on", "effects--off", "effects--chosen"}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="effects")
        self.glyphs = glyphs
        self.display = False

    def show(self, effects: Effects, coming: frozenset[Effect], chosen: Effect | None) -> None:
        """Show what is new; hide while there is nothing to show."""
        self.effects, self.coming, self.chosen = effects, coming, chosen
        self.display = chosen is not None or bool(effects.on) or bool(coming) or effects.bypassed

    def render(self) -> Text:
        """All nine, and the settings of the chosen one."""
        on, off, chosen = part_styles(self, "effects--on", "effects--off", "effects--chosen")
        text = Text("", no_wrap=True, overflow="ellipsis")
        for number, effect in enumerate(Effect, 1):
            is_on = self.effects.of(effect).on
            mark = self.glyphs.pending if effect in self.coming else self.glyphs.lit if is_on else " "
            full = effect.value if self.size.width >= ROOM else SHORT.get(effect, effect.value)
            name = full.upper() if is_on else full
            left, right = "[]" if effect is self.chosen else "  "
            text.append(left, chosen).append(f"{number}{mark}{name}", on if is_on else off)
            text.append(right.strip(), chosen)
        if self.effects.bypassed:
            text.append("  BYPASSED: E", chosen)
        elif self.chosen is not None:
            is_on = self.effects.of(self.chosen).on or self.chosen in self.coming
            state = "" if is_on or self.size.width < ROOM else "off, "
            text.append(f"  {state}{settings_words(self.effects, self.chosen)}", chosen)
        return text


def settings_words(effects: Effects, effect: Effect) -> str:
    """How an effect is set: `50 % 1/8.`, `low 1265 Hz`, `1/16`."""
    latch, allowed = effects.of(effect), RANGES[effect]
    if effect is Effect.FILTER:
        if latch.amount == 0.0:
            return "open"
        return f"{'high' if latch.amount > 0.0 else 'low'} {cutoff_hz(latch.amount):.0f} Hz"
    parts = [f"{100 * latch.amount:.0f} %"] if allowed.low < allowed.high else []
    return " ".join(parts + ([NOTES[latch.ticks]] if latch.ticks else []))
