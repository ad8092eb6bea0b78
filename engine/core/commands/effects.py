"""Effects commands: latch, amount and note length, release, the rack's bypass, the master fader."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.effects import Effect, Effects, Latch
from engine.core.machine import Machine


@dataclass(frozen=True, slots=True)
class LatchEffect:
    """Turn one effect on or off; its amount stays as it is."""

    effect: Effect
    on: bool


@dataclass(frozen=True, slots=True)
class ShapeEffect:
    """Set the amount of an effect, its note length, or both (None: as it is)."""

    effect: Effect
    amount: float | None = None
    ticks: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseEffects:
    """Turn every effect off; echoes and reverb ring out."""


@dataclass(frozen=True, slots=True)
class SetEffects:
    """Set the whole master section at once."""

    effects: Effects


@dataclass(frozen=True, slots=True)
class BypassRack:
    """Bypass the rack, or bring it back."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetGain:
    """Move the master fader, in dB."""

    gain_db: float


EffectCommand = LatchEffect | ShapeEffect | ReleaseEffects | BypassRack | SetGain


def with_effect(command: EffectCommand, effects: Effects) -> Effects:
    """`effects` after `command`. Raises InvalidValue for a value out of range."""
    match command:
        case LatchEffect(effect, on):
            return effects.with_latch(effect, replace(effects.of(effect), on=on))
        case ShapeEffect(effect, amount, ticks):
            latch = effects.of(effect)
            return effects.with_latch(effect, Latch(latch.on, latch.amount if amount is None else amount,
                                                    latch.ticks if ticks is None else ticks))
        case ReleaseEffects():
            return effects.released()
        case BypassRack(on):
            return replace(effects, bypassed=on)
        case SetGain(gain_db):
            return replace(effects, gain_db=gain_db)


@apply.register
def _(command: EffectCommand, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, effects=with_effect(command, machine.effects))


@apply.register
def _(command: SetEffects, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, effects=command.effects)
