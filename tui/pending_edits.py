"""What this client has asked for and the machine does not show yet: the screen marks it, and the next key builds on
it, because keys come faster than snapshots."""

import contextlib
from dataclasses import dataclass
from typing import Any

from engine.core.effects import Effect
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of the machine, by its kind: `mute`, `solo`, `lock`, `length`, `resolution` or `track-swing` of a
    track, a `step` of one, or a `quality` of its sound; `listen`, `tempo`, `swing`, `pattern`, `fill`, `gain`; a
    `morph`, whose quality is kit, pattern or groove; or `effect` (whether it is on), its `amount` or its `note`."""

    kind: str
    track: str = ""
    index: int = 0
    effect: str = ""
    quality: str = ""

    def value_in(self, machine: Machine) -> Any:
        """Its value in `machine`."""
        match self.kind:
            case "mute":
                return self.track in machine.mutes
            case "solo":
                return self.track in machine.solos
            case "step":
                return machine.pattern.track(self.track).steps[self.index]
            case "lock":
                return self.track in machine.locks
            case "length":
                return len(machine.pattern.track(self.track).steps)
            case "resolution":
                return machine.pattern.track(self.track).steps_per_beat
            case "track-swing":
                return machine.pattern.track(self.track).swing
            case "quality":
                return getattr(machine.kit.one_shots.get(self.track), self.quality, None)
        return self._of_no_track(machine)

    def _of_no_track(self, machine: Machine) -> Any:
        match self.kind:
            case "listen":
                return machine.listen
            case "swing":
                return machine.pattern.swing
            case "pattern":
                return machine.slot
            case "fill":
                return machine.fill_until_ticks
            case "gain":
                return machine.effects.gain_db
            case "morph":
                return getattr(machine.cross, self.quality)
            case "effect" | "amount" | "note":
                latch = machine.effects.of(Effect(self.effect))
                return {"effect": latch.on, "amount": latch.amount, "note": latch.ticks}[self.kind]
        return machine.timeline.bpm


class PendingEdits:
    """Values asked for, until the machine shows them or a bar and a second have passed."""

    def __init__(self) -> None:
        self._values: dict[Setting, tuple[Any, float]] = {}

    def expected(self, setting: Setting, machine: Machine) -> Any:
        """The value that is pending, or else the machine's."""
        return self._values[setting][0] if setting in self._values else setting.value_in(machine)

    def expected_pattern(self, machine: Machine) -> Pattern:
        """The pattern with the pending steps, where they still fit."""
        pattern = machine.pattern
        for setting, (step, _) in self._values.items():
            if setting.kind == "step":
                with contextlib.suppress(InvalidValue):
                    pattern = pattern.with_track(pattern.track(setting.track).with_step(setting.index, step))
        return pattern

    def remember(self, setting: Setting, value: Any, machine: Machine, now_s: float) -> None:
        """Expect this value from now on."""
        bar_s = machine.pattern.beats_per_bar * 60.0 / machine.timeline.bpm
        self._values[setting] = value, now_s + bar_s + 1.0

    def forget(self) -> None:
        """Expect nothing: an undo may have taken any of it back."""
        self._values.clear()

    def still_pending(self, machine: Machine, now_s: float) -> dict[Setting, Any]:
        """All that the machine does not show yet. Forgets what it has no place for any more."""
        lengths = {track.name: len(track.steps) for track in machine.pattern.tracks}
        self._values = {setting: (value, until_s) for setting, (value, until_s) in self._values.items()
                        if (not setting.track or setting.index < lengths.get(setting.track, 0))
                        and now_s < until_s and setting.value_in(machine) != value}
        return {setting: value for setting, (value, _) in self._values.items()}
