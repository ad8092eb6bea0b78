"""Roles: which drum a track is. What the ears named wrongly is put right, everywhere at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot, choke_group_of, gm_note
from engine.core.machine import Machine
from engine.core.midi import GM_PADS, Midi
from engine.core.pattern import TRACK_NAMES, Pattern, Track
from engine.core.step import Step

MAX_LETTERS = 32


@dataclass(frozen=True, slots=True)
class SetRole:
    """Let a track be another drum: in every pattern, in the kit, with its mute, solo and lock, its route and the notes
    that strike it. General MIDI note and choke group follow where they were those of the drum that it was."""

    track: str
    role: str


@apply.register
def _(command: SetRole, machine: Machine, at_frames: int) -> Machine:
    old, new = command.track, command.role
    machine.pattern.track(old)
    if old == new:
        return machine
    _check_free(machine, new)
    patterns = tuple(None if pattern is None else called(pattern, {old: new}) for pattern in machine.patterns)
    return replace(machine, kit=kit_called(machine.kit, {old: new}), mutes=_names(machine.mutes, old, new),
                   solos=_names(machine.solos, old, new), locks=_names(machine.locks, old, new),
                   midi=_midi(machine.midi, old, new)).with_patterns(patterns)


def called(pattern: Pattern, names: Mapping[str, str]) -> Pattern:
    """The pattern with its tracks called by their new names. Raises InvalidValue where two would have the same."""
    return replace(pattern, tracks=tuple(
        Track(names.get(track.name, track.name), tuple(_step(step, names) for step in track.steps),
              track.steps_per_beat, track.swing) for track in pattern.tracks))


def kit_called(kit: Kit, names: Mapping[str, str]) -> Kit:
    """The kit with its sounds called by their new names, and what a drum of that name has of itself."""
    return Kit(kit.name, {names.get(name, name): _sound(shot, name, names[name]) if name in names else shot
                          for name, shot in kit.one_shots.items()})


def free_perc(machine: Machine) -> str:
    """The first of `perc 1`, `perc 2` ... that no track is."""
    taken = {track.name for pattern in machine.patterns if pattern is not None for track in pattern.tracks}
    taken |= machine.kit.one_shots.keys()
    return next(role for number in range(1, len(taken) + 2) if (role := f"perc {number}") not in taken)


def role_changed(before: Machine, after: Machine) -> tuple[str, str] | None:
    """Which track had which role before and after, where one was changed between them and nothing else of the music."""
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
    if not 0 < len(role) <= MAX_LETTERS or not role.isprintable():
        raise InvalidValue(f"A track is {', '.join(TRACK_NAMES)} or perc 1, 2 ...; {role[:MAX_LETTERS]!r} "
                           "was asked for.")
    for number, pattern in enumerate(machine.patterns, 1):
        if pattern is not None and any(track.name == role for track in pattern.tracks):
            where = "" if number == machine.slot + 1 else f" in pattern {number}"
            raise InvalidValue(f"There is a {role}{where} already; let that one be another drum first, perc perhaps.")
    if role in machine.kit.one_shots:
        raise InvalidValue(f"The kit has a {role} already, which no track strikes; choose another drum.")


def _sound(shot: OneShot, old: str, new: str) -> OneShot:
    note = gm_note(new) if shot.midi_note == gm_note(old) else shot.midi_note
    group = choke_group_of(new) if shot.choke_group == choke_group_of(old) else shot.choke_group
    return replace(shot, midi_note=note, choke_group=group)


def _step(step: Step | None, names: Mapping[str, str]) -> Step | None:
    """A step may strike another track's one-shot, by its name."""
    other = None if step is None else step.overrides.one_shot
    if step is None or other is None or other not in names:
        return step
    return replace(step, overrides=replace(step.overrides, one_shot=names[other]))


def _names(names: frozenset[str], old: str, new: str) -> frozenset[str]:
    return names - {old} | {new} if old in names else names


def _midi(midi: Midi, old: str, new: str) -> Midi:
    """A route goes with its track, and so do notes that were learned; General MIDI's notes strike what they mean."""
    routes = {new if name == old else name:
              replace(route, note=gm_note(new)) if name == old and route.note == gm_note(old) else route
              for name, route in midi.routes.items()}
    pads = {note: new if name == old and GM_PADS.get(note) != old and note != gm_note(old) else name
            for note, name in midi.pads.items()}
    if new not in GM_PADS.values() and gm_note(new) not in pads:
        pads[gm_note(new)] = new
    return replace(midi, routes=routes, pads=pads)
