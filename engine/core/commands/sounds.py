"""Commands for a track's sound: trigger it, swap it, shape it, audition another, and say which drum it is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot, choke_group_of, gm_note
from engine.core.machine import Machine
from engine.core.midi import GM_PADS, Midi
from engine.core.pattern import TRACK_NAMES, Pattern, Track
from engine.core.step import Step

MAX_NAME_LETTERS = 32


class Quality(Enum):
    """A quality of a one-shot, named after its field in OneShot."""

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
class TriggerPad:
    """Trigger a track's one-shot now, whether the song plays or not. Changes no Machine."""

    track: str
    velocity: float = 0.9


@dataclass(frozen=True, slots=True)
class Audition:
    """Load a sound beside the kit, to hear it before any track has it."""

    one_shot: OneShot


@dataclass(frozen=True, slots=True)
class SwapOneShot:
    """Give the track another one-shot from its next hit on; sounding voices ring out."""

    track: str
    one_shot: OneShot


@dataclass(frozen=True, slots=True)
class ShapeOneShot:
    """Set one quality of the track's one-shot from its next hit on; sounding voices ring out unchanged.

    value in the quality's own unit; None: decays to its own end, unfiltered, in no choke group.
    """

    track: str
    quality: Quality
    value: float | None


@dataclass(frozen=True, slots=True)
class SetRole:
    """Make a track another drum: in every pattern and in the kit, with its mute, solo, lock, MIDI route and notes.

    General MIDI note and choke group change with it where they were those of the old drum.
    """

    track: str
    role: str


@apply.register
def _(command: TriggerPad, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    if not 0.0 < command.velocity <= 1.0:
        raise InvalidValue(f"A pad's velocity lies above 0 and up to 1; {command.velocity} was given.")
    return machine


@apply.register
def _(command: Audition, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, audition=command.one_shot)


@apply.register
def _(command: SwapOneShot, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    if command.track in machine.locks:
        raise InvalidValue(f"{command.track} is locked; unlock it with l to change its sound.")
    one_shots = {**machine.kit.one_shots, command.track: command.one_shot}
    return replace(machine, kit=Kit(machine.kit.name, one_shots))


@apply.register
def _(command: ShapeOneShot, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    one_shot = machine.kit.one_shots.get(command.track)
    if one_shot is None:
        raise InvalidValue(f"{command.track} has no sound to shape; give it one from the sounds, with F6.")
    shaped = {**machine.kit.one_shots, command.track: shape(one_shot, command.quality, command.value)}
    return replace(machine, kit=Kit(machine.kit.name, shaped))


@apply.register
def _(command: SetRole, machine: Machine, at_frames: int) -> Machine:
    old, new = command.track, command.role
    machine.pattern.track(old)
    if old == new:
        return machine
    _check_free(machine, new)
    patterns = tuple(None if pattern is None else with_track_names(pattern, {old: new}) for pattern in machine.patterns)
    return replace(machine, kit=with_drum_names(machine.kit, {old: new}), mutes=_renamed(machine.mutes, old, new),
                   solos=_renamed(machine.solos, old, new), locks=_renamed(machine.locks, old, new),
                   midi=_with_role(machine.midi, old, new)).with_patterns(patterns)


def shape(one_shot: OneShot, quality: Quality, value: float | None) -> OneShot:
    """The same sound with `quality` at `value`. Raises InvalidValue when it is out of range."""
    if (value is None and quality not in CAN_BE_NONE) or (value is not None and not math.isfinite(value)):
        raise InvalidValue(f"The {quality.value} of a sound is a number; {value} was given.")
    whole: Any = int(value) if value is not None and quality in WHOLE else value
    if quality is Quality.CHOKE and whole is not None and not 0 <= whole <= 15:
        raise InvalidValue(f"The choke groups are 0 to 15; {whole} was asked for.")
    if quality is Quality.NOTE and not 0 <= whole <= 127:
        raise InvalidValue(f"MIDI notes are 0 to 127; {whole} was asked for.")
    changes: dict[str, Any] = {quality.value: whole}
    return replace(one_shot, **changes)


def with_track_names(pattern: Pattern, names: Mapping[str, str]) -> Pattern:
    """The pattern with its tracks renamed (old: new). Raises InvalidValue where two would have the same name."""
    return replace(pattern, tracks=tuple(
        Track(names.get(track.name, track.name), tuple(_with_one_shot_name(step, names) for step in track.steps),
              track.steps_per_beat, track.swing) for track in pattern.tracks))


def with_drum_names(kit: Kit, names: Mapping[str, str]) -> Kit:
    """The kit with its sounds renamed (old: new); default MIDI notes and choke groups follow the new name."""
    return Kit(kit.name, {names.get(name, name): _with_defaults_of(shot, name, names[name]) if name in names else shot
                          for name, shot in kit.one_shots.items()})


def free_perc(machine: Machine) -> str:
    """The first of `perc 1`, `perc 2` ... that no track has."""
    taken = {track.name for pattern in machine.patterns if pattern is not None for track in pattern.tracks}
    taken |= machine.kit.one_shots.keys()
    return next(role for number in range(1, len(taken) + 2) if (role := f"perc {number}") not in taken)


def role_changed(before: Machine, after: Machine) -> tuple[str, str] | None:
    """(old, new) name of the one track whose role changed, if nothing else changed in kit and patterns; else None."""
    names = [(one.name, other.name) for one, other in zip(before.pattern.tracks, after.pattern.tracks, strict=False)
             if one.name != other.name]
    if len(names) != 1:
        return None
    try:
        changed = apply(SetRole(*names[0]), before, 0)
    except InvalidValue:
        return None
    return names[0] if (changed.kit, changed.patterns) == (after.kit, after.patterns) else None


def _check_free(machine: Machine, role: str) -> None:
    if not 0 < len(role) <= MAX_NAME_LETTERS or not role.isprintable():
        raise InvalidValue(f"A track is {', '.join(TRACK_NAMES)} or perc 1, 2 ...; {role[:MAX_NAME_LETTERS]!r} "
                           "was asked for.")
    for number, pattern in enumerate(machine.patterns, 1):
        if pattern is not None and any(track.name == role for track in pattern.tracks):
            where = "" if number == machine.slot + 1 else f" in pattern {number}"
            raise InvalidValue(f"There is already a {role}{where}; make that one another drum first, perc perhaps.")
    if role in machine.kit.one_shots:
        raise InvalidValue(f"The kit already has a {role}, which no track triggers; choose another drum.")


def _with_defaults_of(shot: OneShot, old: str, new: str) -> OneShot:
    note = gm_note(new) if shot.midi_note == gm_note(old) else shot.midi_note
    group = choke_group_of(new) if shot.choke_group == choke_group_of(old) else shot.choke_group
    return replace(shot, midi_note=note, choke_group=group)


def _with_one_shot_name(step: Step | None, names: Mapping[str, str]) -> Step | None:
    """A step may trigger another track's one-shot, by its name."""
    other = None if step is None else step.overrides.one_shot
    if step is None or other is None or other not in names:
        return step
    return replace(step, overrides=replace(step.overrides, one_shot=names[other]))


def _renamed(names: frozenset[str], old: str, new: str) -> frozenset[str]:
    return names - {old} | {new} if old in names else names


def _with_role(midi: Midi, old: str, new: str) -> Midi:
    """Routes and learned notes go with the track; General MIDI's notes trigger the drum that they stand for."""
    routes = {new if name == old else name:
              replace(route, note=gm_note(new)) if name == old and route.note == gm_note(old) else route
              for name, route in midi.routes.items()}
    pads = {note: new if name == old and GM_PADS.get(note) != old and note != gm_note(old) else name
            for note, name in midi.pads.items()}
    if new not in GM_PADS.values() and gm_note(new) not in pads:
        pads[gm_note(new)] = new
    return replace(midi, routes=routes, pads=pads)
