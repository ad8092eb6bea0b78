"""The qualities of a track's one-shot that a hand can turn: how loud, where, how high, how long, how bright."""

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine


class Quality(Enum):
    """Named as in OneShot."""

    GAIN = "gain"
    PAN = "pan"
    PITCH = "pitch_semitones"
    ATTACK = "attack_s"
    DECAY = "decay_s"
    CUTOFF = "cutoff_hz"
    CHOKE = "choke_group"
    NOTE = "midi_note"


WHOLE = (Quality.CHOKE, Quality.NOTE)
CAN_BE_NONE = (Quality.DECAY, Quality.CUTOFF, Quality.CHOKE)


@dataclass(frozen=True, slots=True)
class ShapeOneShot:
    """Set one quality of the track's one-shot, heard from its next stroke on; what sounds rings out as it was.

    value in the quality's own unit; None where the sound has none of its own: rings to its end, unfiltered, free.
    """

    track: str
    quality: Quality
    value: float | None


@apply.register
def _(command: ShapeOneShot, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    one_shot = machine.kit.one_shots.get(command.track)
    if one_shot is None:
        raise InvalidValue(f"{command.track} has no sound to shape; give it one from the sounds, with F6.")
    shaped = {**machine.kit.one_shots, command.track: shape(one_shot, command.quality, command.value)}
    return replace(machine, kit=Kit(machine.kit.name, shaped))


def shape(one_shot: OneShot, quality: Quality, value: float | None) -> OneShot:
    """The same sound with `quality` at `value`. Raises InvalidValue for what it cannot be."""
    if (value is None and quality not in CAN_BE_NONE) or (value is not None and not math.isfinite(value)):
        raise InvalidValue(f"The {quality.value} of a sound is a number; {value} was given.")
    whole: Any = int(value) if value is not None and quality in WHOLE else value
    if quality is Quality.CHOKE and whole is not None and not 0 <= whole <= 15:
        raise InvalidValue(f"The choke groups are 0 to 15; {whole} was asked for.")
    if quality is Quality.NOTE and not 0 <= whole <= 127:
        raise InvalidValue(f"MIDI notes are 0 to 127; {whole} was asked for.")
    changes: dict[str, Any] = {quality.value: whole}
    return replace(one_shot, **changes)
