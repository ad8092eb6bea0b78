"""What this face asked for and has yet to come: a lamp shows it, and the next key builds on it."""

import contextlib
from dataclasses import dataclass
from typing import Any

from engine.core.effects import Effect
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about: `mute`, `solo`, `lock`, `length`, `resolution` or `track-swing` of a track, a `step`
    of one, or a `quality` of its sound; or `listen`, `tempo`, `swing`, `pattern`, `fill`, `gain`; or whether the
    `effect` of a name is on, its `amount` or its `note`."""

    kind: str
    track: str = ""
    index: int = 0
    effect: str = ""
    quality: str = ""

    def value_in(self, machine: Machine) -> Any:
        """How it stands there."""
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
        return self._whole(machine)

    def _whole(self, machine: Machine) -> Any:
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
            case "effect" | "amount" | "note":
                latch = machine.effects.of(Effect(self.effect))
                return {"effect": latch.on, "amount": latch.amount, "note": latch.ticks}[self.kind]
        return machine.timeline.bpm


class Waiting:
    """Values asked for, until the machine shows them or a bar and a second have gone by."""

    def __init__(self) -> None:
        self._wanted: dict[Topic, tuple[Any, float]] = {}

    def wanted(self, topic: Topic, machine: Machine) -> Any:
        """What will be: the value that waits, or else the one that is."""
        return self._wanted[topic][0] if topic in self._wanted else topic.value_in(machine)

    def pattern(self, machine: Machine) -> Pattern:
        """The pattern as it will be: with the steps that were asked for, where they still fit."""
        pattern = machine.pattern
        for topic, (step, _) in self._wanted.items():
            if topic.kind == "step":
                with contextlib.suppress(InvalidValue):
                    pattern = pattern.with_track(pattern.track(topic.track).with_step(topic.index, step))
        return pattern

    def want(self, topic: Topic, value: Any, machine: Machine, now_s: float) -> None:
        """Remember that this was asked for."""
        bar_s = machine.pattern.beats_per_bar * 60.0 / machine.timeline.bpm
        self._wanted[topic] = value, now_s + bar_s + 1.0

    def forget(self) -> None:
        """Nothing of it is sure any more: it may have been taken back."""
        self._wanted.clear()

    def still(self, machine: Machine, now_s: float) -> dict[Topic, Any]:
        """All that has not come yet. What the machine has no place for any more is forgotten."""
        names = {track.name: len(track.steps) for track in machine.pattern.tracks}
        self._wanted = {topic: (value, until_s) for topic, (value, until_s) in self._wanted.items()
                        if (not topic.track or topic.index < names.get(topic.track, 0))
                        and now_s < until_s and topic.value_in(machine) != value}
        return {topic: value for topic, (value, _) in self._wanted.items()}
