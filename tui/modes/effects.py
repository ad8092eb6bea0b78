"""Keys for the effects: latch them, adjust the one touched last, release them all, bypass the rack."""


from engine.core.commands import BypassRack, LatchEffect, ReleaseEffects, ShapeEffect
from engine.core.commands.boundary import Boundary
from engine.core.effects import RANGES, Effect
from tui.modes.mode import END, Actions, Leader, Mode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel
from tui.typed_values import amount_of

NOTCH = 0.05  # of an amount's range


class EffectMode(Mode):
    """While `effects` waits, a digit turns an effect on and chooses it, and turns the chosen one off or on again; so a
    digit alone never switches off what it was meant to adjust. `chosen` since the leader key: the effect, or None."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._chosen: Effect | None = None

    def actions(self) -> Actions:
        """Effects on and off, and the whole rack."""
        return {"effects": self.begin, "effects-off": self.release, "rack": self.bypass_rack}

    def leaders(self) -> dict[str, Leader]:
        """One, which stays until another key."""
        return {"effects": Leader("EFFECTS  1-9: on, off; up, down, Enter: amount; left, right: note; 0: off",
                                  self._effects, lasting=True)}

    def begin(self) -> None:
        """Wait for an effect."""
        self._chosen = None
        self.wait_for("effects")

    def release(self) -> None:
        """Turn every effect off."""
        self.send(ReleaseEffects())

    def bypass_rack(self) -> None:
        """Bypass the rack, or bring it back."""
        self.send(BypassRack(not self.machine.effects.bypassed))

    def _effects(self, key: str) -> str | None:
        match key:
            case "f" | "escape":
                return END
            case "0":
                self.release()
            case "enter":
                self._type_amount()
            case "up" | "down":
                self._adjust_amount(1 if key == "up" else -1)
            case "left" | "right":
                self._adjust_note(1 if key == "right" else -1)
            case _ if key.isdigit():
                self._latch(list(Effect)[int(key) - 1])
            case _:
                return None
        return "effects"

    def _latch(self, effect: Effect) -> None:
        """Choose it, on from the next step; the chosen one off at once, or on again."""
        setting = Setting("effect", effect=effect.value)
        was_on = self.expected(setting)
        again, self._chosen, self.panel.effect = self._chosen is effect, effect, effect
        if was_on and not again:
            return
        on = not was_on
        self.change(setting, on, LatchEffect(effect, on), Boundary.STEP if on else Boundary.NOW)

    def _adjust_amount(self, by: int) -> None:
        """A notch more or less, within the effect's range."""
        effect = self.panel.effect
        setting, allowed = Setting("amount", effect=effect.value), RANGES[effect]
        amount = self.expected(setting) + by * NOTCH * (allowed.high - allowed.low)
        self._set_amount(setting, effect, min(allowed.high, max(allowed.low, round(amount, 3))))

    def _type_amount(self) -> None:
        """Let the amount be typed; nothing for effects without one."""
        effect = self.panel.effect
        setting = Setting("amount", effect=effect.value)
        if RANGES[effect].low < RANGES[effect].high:
            self.ask_for(amount_of(effect), 100 * self.expected(setting),
                         lambda percent: self._set_amount(setting, effect, percent / 100))

    def _set_amount(self, setting: Setting, effect: Effect, amount: float) -> None:
        self.change(setting, amount, ShapeEffect(effect, amount=amount))

    def _adjust_note(self, by: int) -> None:
        """The next shorter note to the right, the next longer to the left; nothing for effects without notes."""
        effect = self.panel.effect
        setting, notes = Setting("note", effect=effect.value), RANGES[effect].ticks
        if notes:
            place = notes.index(self.expected(setting)) + by
            ticks = notes[min(len(notes) - 1, max(0, place))]
            self.change(setting, ticks, ShapeEffect(effect, ticks=ticks))
