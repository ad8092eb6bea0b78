"""Hands on the effects: latch them, shape the one touched last, let all go."""

from engine.core.commands import BypassRack, LatchEffect, ReleaseEffects, ShapeEffect
from engine.core.commands.boundary import Boundary
from engine.core.effects import RANGES, Effect
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.leader_keys import END, Leads
from tui.waiting import Topic

NOTCH = 0.05  # of the whole way


class EffectKeys(Leads):
    """While the lead `effects` waits, digits latch and arrows shape; any other key ends it, and does its own."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self.leads |= {"effects": self._effects}
        self.lasting |= {"effects"}

    def action_release_effects(self) -> None:
        """Every effect off."""
        self.ask(ReleaseEffects())

    def action_bypass_rack(self) -> None:
        """The rack out of the way, or back."""
        self.ask(BypassRack(not self.playing_machine.effects.bypassed))

    def _effects(self, key: str) -> str | None:
        match key:
            case "f" | "escape":
                return END
            case "0":
                self.action_release_effects()
            case "up" | "down":
                self._turn(1 if key == "up" else -1)
            case "left" | "right":
                self._lengthen(1 if key == "right" else -1)
            case _ if key.isdigit():
                self._latch(list(Effect)[int(key) - 1])
            case _:
                return None
        return "effects"

    def _latch(self, effect: Effect) -> None:
        """On from the next step, off at once."""
        self.effect = effect
        topic = Topic("effect", effect=effect.value)
        on = not self.wanted(topic)
        self.want(topic, on, LatchEffect(effect, on), Boundary.STEP if on else Boundary.NOW)

    def _turn(self, by: int) -> None:
        """A notch more or less, up to where it ends."""
        topic, allowed = Topic("amount", effect=self.effect.value), RANGES[self.effect]
        amount = self.wanted(topic) + by * NOTCH * (allowed.high - allowed.low)
        amount = min(allowed.high, max(allowed.low, round(amount, 3)))
        self.want(topic, amount, ShapeEffect(self.effect, amount=amount))

    def _lengthen(self, by: int) -> None:
        """The next shorter note to the right, the next longer to the left; nothing without notes."""
        topic, notes = Topic("note", effect=self.effect.value), RANGES[self.effect].ticks
        if notes:
            place = notes.index(self.wanted(topic)) + by
            ticks = notes[min(len(notes) - 1, max(0, place))]
            self.want(topic, ticks, ShapeEffect(self.effect, ticks=ticks))
