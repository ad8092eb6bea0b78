"""Commands for one track: mute, solo, lock, length and resolution."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.machine import Machine, MuteStyle


@dataclass(frozen=True, slots=True)
class SetMute:
    """Mute or unmute a track: a muted track triggers nothing."""

    track: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetSolo:
    """Solo or unsolo a track; mutes are remembered."""

    track: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetMuteStyle:
    """Whether a mute lets sounding voices ring or cuts them."""

    style: MuteStyle


@dataclass(frozen=True, slots=True)
class SetLock:
    """Lock or unlock a track: a locked track keeps its one-shot when another kit is loaded."""

    track: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetTrackLength:
    """Cut the track to this many steps, or extend it with silent ones."""

    track: str
    steps: int


@dataclass(frozen=True, slots=True)
class SetTrackResolution:
    """Play the same steps with this many of them to a beat."""

    track: str
    steps_per_beat: int


@apply.register
def _(command: SetMute, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    return replace(machine, mutes=_with(machine.mutes, command.track, command.on))


@apply.register
def _(command: SetSolo, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    return replace(machine, solos=_with(machine.solos, command.track, command.on))


@apply.register
def _(command: SetMuteStyle, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, mute_style=command.style)


@apply.register
def _(command: SetLock, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    return replace(machine, locks=_with(machine.locks, command.track, command.on))


@apply.register
def _(command: SetTrackLength, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track).with_length(command.steps)
    return machine.with_pattern(machine.pattern.with_track(track))


@apply.register
def _(command: SetTrackResolution, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track).with_resolution(command.steps_per_beat)
    return machine.with_pattern(machine.pattern.with_track(track))


def _with(names: frozenset[str], name: str, on: bool) -> frozenset[str]:
    return names | {name} if on else names - {name}
