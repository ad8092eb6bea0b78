"""Everything a musician can ask of the machine, and `apply`: machine, command -> machine."""

from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.commands.audition import Audition
from engine.core.commands.boundary import Boundary as Boundary
from engine.core.commands.boundary import target_frames as target_frames
from engine.core.commands.loading import LoadDecomposition, LoadKit, LoadLoop, LoadPattern
from engine.core.commands.midi import (
    Continue,
    MidiCommand,
    SetClockOut,
    SetMidi,
    SetPad,
    SetRoute,
    SetSongPosition,
    SetSource,
    Steer,
    wire,
)
from engine.core.commands.patterns import (
    CopyPattern,
    FillBars,
    NextInChain,
    SelectPattern,
    SetChain,
    SetFill,
    SetPatternLength,
)
from engine.core.commands.reading import DoubleReading, HalveReading, Restore, ShiftDownbeat
from engine.core.commands.recalling import TakeUp
from engine.core.commands.roles import SetRole
from engine.core.commands.shaping import ShapeOneShot
from engine.core.commands.tracks import SetLock, SetMuteStyle, SetTrackLength, SetTrackResolution, SwapOneShot
from engine.core.effects import EffectCommand, Effects
from engine.core.errors import InvalidValue
from engine.core.machine import FOR_EVER, Listen, Machine
from engine.core.pattern import Step
from engine.core.timeline import Frames, Ticks, Timeline


@dataclass(frozen=True, slots=True)
class Play:
    """Start from bar 1."""


@dataclass(frozen=True, slots=True)
class PlaySince:
    """Be playing at `bpm`, bar 1 having begun on engine frame `since_frames`: what a take that came first asks."""

    bpm: float
    since_frames: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the sequencer; what sounds rings out."""


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Play on at `bpm` without moving the playhead."""

    bpm: float


@dataclass(frozen=True, slots=True)
class ToggleStep:
    """Strike the silent slot, or silence the struck one."""

    track: str
    index: int
    velocity: float = 0.8


@dataclass(frozen=True, slots=True)
class SetStep:
    """Put this step, or silence, into the slot."""

    track: str
    index: int
    step: Step | None


@dataclass(frozen=True, slots=True)
class SetSteps:
    """Put all these steps, or silences, into their slots: one change, which undo takes back as one."""

    steps: tuple[SetStep, ...]


@dataclass(frozen=True, slots=True)
class SetSwing:
    """Swing of the pattern, or of one track (None there: back to the pattern's)."""

    swing: float | None
    track: str | None = None


@dataclass(frozen=True, slots=True)
class SetMute:
    """Mute or unmute a track: it triggers no more, its tail rings."""

    track: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetSolo:
    """Solo or unsolo a track; mutes are remembered."""

    track: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetSwitches:
    """Undo and redo: exactly these tracks, of those that there are, are muted, and these soloed."""

    mutes: frozenset[str]
    solos: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetListen:
    """Hear the recording, kit and residual, or the kit."""

    to: Listen


@dataclass(frozen=True, slots=True)
class SetEffects:
    """The master section, all at once."""

    effects: Effects


@dataclass(frozen=True, slots=True)
class TriggerPad:
    """Strike a track's one-shot, playing or not. Changes no Machine; it is sound alone."""

    track: str
    velocity: float = 0.9


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence every voice now; the transport goes on."""


Command = (Play | PlaySince | Stop | SetTempo | ToggleStep | SetStep | SetSteps | SetSwing | SetMute | SetSolo
           | SetSwitches | SetListen | SetEffects | EffectCommand | TriggerPad | Panic
           | LoadKit | LoadPattern | LoadLoop | LoadDecomposition | MidiCommand
           | SetTrackLength | SetTrackResolution | SetMuteStyle | SetLock | SetRole | SwapOneShot | ShapeOneShot
           | SelectPattern | SetChain | NextInChain | CopyPattern | SetPatternLength | SetFill | FillBars
           | HalveReading | DoubleReading | ShiftDownbeat | Restore | TakeUp | Audition)


@apply.register
def _(command: Play, machine: Machine, at_frames: int) -> Machine:
    timeline = replace(machine.timeline, origin_ticks=Ticks(0), origin_frames=Frames(at_frames))
    fill = FOR_EVER if machine.fill_until_ticks == FOR_EVER else Ticks(0)
    return replace(machine, playing=True, timeline=timeline, phase_ticks=Ticks(0), loop_ticks=Ticks(0),
                   fill_until_ticks=fill)


@apply.register
def _(command: PlaySince, machine: Machine, at_frames: int) -> Machine:
    timeline = Timeline(command.bpm, machine.timeline.sample_rate, Ticks(0), Frames(command.since_frames))
    return replace(machine, playing=True, timeline=timeline, phase_ticks=Ticks(0), loop_ticks=Ticks(0))


@apply.register
def _(command: Stop, machine: Machine, at_frames: int) -> Machine:
    resting_ticks = machine.timeline.ticks_at(at_frames) if machine.playing else machine.resting_ticks
    return replace(machine, playing=False, resting_ticks=resting_ticks)


@apply.register(Continue)
@apply.register(Steer)
@apply.register(SetSource)
@apply.register(SetSongPosition)
@apply.register(SetClockOut)
@apply.register(SetRoute)
@apply.register(SetPad)
@apply.register(SetMidi)
def _(command: MidiCommand, machine: Machine, at_frames: int) -> Machine:
    return wire(command, machine, at_frames)


@apply.register
def _(command: SetTempo, machine: Machine, at_frames: int) -> Machine:
    at_ticks = machine.timeline.ticks_at(at_frames)
    return replace(machine, timeline=machine.timeline.with_bpm(command.bpm, at_ticks))


@apply.register
def _(command: ToggleStep, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track)
    struck = 0 <= command.index < len(track.steps) and track.steps[command.index] is not None
    step = None if struck else Step(command.velocity)
    return machine.with_pattern(machine.pattern.with_track(track.with_step(command.index, step)))


@apply.register
def _(command: SetStep, machine: Machine, at_frames: int) -> Machine:
    track = machine.pattern.track(command.track)
    return machine.with_pattern(machine.pattern.with_track(track.with_step(command.index, command.step)))


@apply.register
def _(command: SetSteps, machine: Machine, at_frames: int) -> Machine:
    pattern = machine.pattern
    for one in command.steps:
        pattern = pattern.with_track(pattern.track(one.track).with_step(one.index, one.step))
    return machine.with_pattern(pattern)


@apply.register
def _(command: SetSwing, machine: Machine, at_frames: int) -> Machine:
    if command.track is not None:
        track = replace(machine.pattern.track(command.track), swing=command.swing)
        return machine.with_pattern(machine.pattern.with_track(track))
    if command.swing is None:
        raise InvalidValue("A pattern always has a swing; 50 % is straight.")
    return machine.with_pattern(replace(machine.pattern, swing=command.swing))


@apply.register
def _(command: SetMute, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    return replace(machine, mutes=_with(machine.mutes, command.track, command.on))


@apply.register
def _(command: SetSolo, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    return replace(machine, solos=_with(machine.solos, command.track, command.on))


@apply.register
def _(command: SetSwitches, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, mutes=command.mutes, solos=command.solos).with_pattern(machine.pattern)


@apply.register
def _(command: SetListen, machine: Machine, at_frames: int) -> Machine:
    if machine.loop is None and command.to is not Listen.KIT:
        raise InvalidValue("There is no recording to hear yet; record one with r, or open a file.")
    return replace(machine, listen=command.to)


@apply.register
def _(command: SetEffects, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, effects=command.effects)


@apply.register
def _(command: EffectCommand, machine: Machine, at_frames: int) -> Machine:
    return replace(machine, effects=command.applied(machine.effects))


@apply.register
def _(command: TriggerPad, machine: Machine, at_frames: int) -> Machine:
    machine.pattern.track(command.track)
    if not 0.0 < command.velocity <= 1.0:
        raise InvalidValue(f"A pad's velocity lies above 0 and up to 1; {command.velocity} was given.")
    return machine


@apply.register
def _(command: Panic, machine: Machine, at_frames: int) -> Machine:
    return machine


def _with(names: frozenset[str], name: str, on: bool) -> frozenset[str]:
    return names | {name} if on else names - {name}
