"""Keys for cross-breeding: keep what plays as loop A or B, then go from one to the other, on the bar line."""

from functools import partial

from engine.core.commands import Boundary, Crossbreed, KeepParent
from engine.core.crossbreeding.parents import Side
from engine.core.midi import MORPHS
from tui.modes.mode import Actions, Leader, Mode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel

CROSS = "crossbreed"
PARTS = {"m": "morph", "k": "morph kit", "p": "morph pattern", "g": "morph groove"}
NOTCH = 0.1


class CrossbreedMode(Mode):
    """a and b keep what plays as a parent; k, p, g and m choose what the arrows and digits move: kit, pattern, groove
    or all three."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._target = "morph"

    def actions(self) -> Actions:
        """The way in."""
        return {CROSS: partial(self.wait_for, CROSS)}

    def leaders(self) -> dict[str, Leader]:
        """One that stays until Esc."""
        return {CROSS: Leader("CROSS  a, b: keep loop; k kit p pattern g groove m all; arrows, 0-9; Esc", self._answer,
                              lasting=True, value=self._words)}

    def _words(self) -> str:
        """How far what plays is from A to B, what the keys move in capitals; or which loop is still to be kept."""
        cross = self.machine.cross
        missing = [side for side, parent in (("A", cross.a), ("B", cross.b)) if parent is None]
        if missing:
            return f"no loop {', '.join(missing)} yet"
        return " ".join(f"{part.upper() if part in MORPHS[self._target] else part} {100 * self._expected(part):.0f}"
                        for part in MORPHS["morph"]) + " %"

    def _answer(self, key: str) -> str | None:
        if key in ("a", "b"):
            self._keep(Side(key))
        elif key in PARTS:
            self._target = PARTS[key]
        elif key.isdigit():
            self._morph(int(key) / 9)
        elif key in ("left", "right", "up", "down"):
            now = self._expected(MORPHS[self._target][0])
            self._morph(now + (NOTCH if key in ("right", "up") else -NOTCH))
        else:
            return None
        return CROSS

    def _keep(self, side: Side) -> None:
        """Keep what plays as a parent. The engine says why it cannot, if there is no kit."""
        machine, cross = self.machine, self.machine.cross
        self.send(KeepParent(side))
        other = cross.b if side is Side.A else cross.a
        if other is not None and (other.kit, other.pattern) == (machine.kit, machine.pattern):
            self.notify(f"{machine.kit.name} is now both loops, so nothing can be bred. Play another loop, then press "
                        f"{side.value}.")
        elif machine.kit.one_shots:
            self.notify(f"{machine.kit.name} is loop {side.name} to breed from.")

    def _expected(self, part: str) -> float:
        return float(self.expected(Setting("morph", quality=part)))

    def _morph(self, share: float) -> None:
        """Move what was chosen to this share of B."""
        cross, parts = self.machine.cross, MORPHS[self._target]
        if cross.a is None or cross.b is None:
            missing = "A" if cross.a is None else "B"
            self.notify(f"There is no loop {missing} yet. Play one, then press {missing.lower()} to keep it.")
            return
        command = Crossbreed(**dict.fromkeys(parts, round(min(1.0, max(0.0, share)), 3)))
        for part in parts:
            self.expect(Setting("morph", quality=part), getattr(command, part))
        self.send(command, Boundary.BAR)
