"""What a musician asks of one track: its grid, and the sound that it strikes."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, MuteStyle


@dataclass(frozen=True, slots=True)
class SetTrackLength:
    """Cut the track to so many steps, or let it go on in silence."""

    track: str
    steps: int


@dataclass(frozen=True, slots=True)
class SetTrackResolution:
    """The same steps, so many of them to a beat."""

    track: str
    steps_per_beat: int


@dataclass(frozen=True, slots=True)
class SetMuteStyle:
    """What mutes do to what sounds already."""

    style: MuteStyle


@dataclass(frozen=True, slots=True)
class SetLock:
    """Let the track keep its one-shot when a kit is loaded, or no longer."""

    track: str
    on: bool


@dataclass(frozen=True, slots=True)
class SwapOneShot:
    """Give the track another one-shot, struck from its next stroke on; what sounds rings out."""

    track: str
    one_shot: OneShot


@apply.register
def _(command: SetTrackLength, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track).with_length(command.steps)
    return machine.with_pattern(machine.pattern.with_track(track))


@apply.register
def _(command: SetTrackResolution, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track).with_resolution(command.steps_per_beat)
    return machine.with_pattern(machine.pattern.with_track(track))


@apply.register
def _(command: SetMuteStyle, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, mute_style=command.style)


@apply.register
def _(command: SetLock, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    locks = machine.locks | {command.track} if command.on else machine.locks - {command.track}
    return replace(machine, locks=locks)


@apply.register
def _(command: SwapOneShot, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    if command.track in machine.locks:
        raise InvalidValue(f"{command.track} is locked; unlock it with l to change its sound.")
    one_shots = {**machine.kit.one_shots, command.track: command.one_shot}
    return replace(machine, kit=Kit(machine.kit.name, one_shots))
