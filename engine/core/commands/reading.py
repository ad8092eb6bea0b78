"""Readings of a loop: half or twice the tempo, or the downbeat elsewhere. The music sounds the same."""

import math
from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.loop import PlayedLoop
from engine.core.machine import FOR_EVER, Machine
from engine.core.pattern import STEPS_PER_BEAT, Pattern, Track
from engine.core.time_signature import Quarters, whole_or_half
from engine.core.timeline import PPQN, Ticks


@dataclass(frozen=True, slots=True)
class HalveReading:
    """Count half as many beats: 174 BPM were 87. Nothing sounds different."""


@dataclass(frozen=True, slots=True)
class DoubleReading:
    """Count twice as many beats: 87 BPM were 174. Nothing sounds different."""


@dataclass(frozen=True, slots=True)
class ShiftDownbeat:
    """Move the bar line this many steps later in the music, in steps that all tracks share. Nothing sounds different,
    except that swing falls on other steps."""

    steps: int = 1


@apply.register
def _(command: HalveReading, machine: Machine, at_frames: int) -> Machine:
    return _reread(machine, -1, at_frames)


@apply.register
def _(command: DoubleReading, machine: Machine, at_frames: int) -> Machine:
    return _reread(machine, 1, at_frames)


@apply.register
def _(command: ShiftDownbeat, machine: Machine, at_frames: int) -> Machine:
    unit = math.lcm(*(track.step_ticks for track in machine.pattern.tracks))
    ticks = command.steps * unit
    if not abs(command.steps) <= 64:
        raise InvalidValue(f"A downbeat is shifted by up to 64 steps; {command.steps} were asked for.")
    shifted = song_shifted(machine, ticks)
    patterns = tuple(None if pattern is None else _rotated(pattern, ticks) for pattern in machine.patterns)
    return in_fresh_ticks(shifted, machine, at_frames).with_patterns(patterns)


def doublings(before: PlayedLoop, after: PlayedLoop) -> int | None:
    """How often the beats of `before` must be doubled to make those of `after`; None if no power of two does."""
    times = math.log2(after.beats / before.beats)
    return int(times) if times == int(times) else None


def read_alike(pattern: Pattern, loop: PlayedLoop, like: PlayedLoop) -> tuple[Pattern, PlayedLoop]:
    """A newly decomposed pattern and its loop, in the reading of `like`, which is the same recording; unchanged if the
    two readings differ by more than halves and doubles.

    Raises InvalidValue when the pattern's grid cannot express it.
    """
    times = doublings(loop, like)
    if times is None:
        return pattern, loop
    read = replace(loop, beats=like.beats, downbeat_ticks=like.downbeat_ticks)
    return _rotated(_pattern_scaled(pattern, times), like.downbeat_ticks, nearest=True), read


def as_recorded(pattern: Pattern, loop: PlayedLoop) -> Pattern:
    """The pattern rotated back from its loop's downbeat to the start of the recording."""
    return _rotated(pattern, -loop.downbeat_ticks, nearest=True)


def _reread(machine: Machine, times: int, at_frames: int) -> Machine:
    """The machine with every beat counted as two (times 1), or two beats as one (-1)."""
    if machine.loop is None:
        raise InvalidValue("There is no loop to read another way; set the tempo with + and -.")
    patterns = tuple(None if pattern is None else _pattern_scaled(pattern, times) for pattern in machine.patterns)
    return in_fresh_ticks(song_scaled(machine, times), machine, at_frames).with_patterns(patterns)


def song_scaled(machine: Machine, times: int) -> Machine:
    """The same song in ticks 2 ** -times as long. Pattern and loop keep their places; bar lines fall where the pattern
    begins."""
    timeline, loop = machine.timeline, machine.loop
    if times == 0 or loop is None:
        return machine
    loop = replace(loop, beats=_whole_beats(loop.beats, times, loop.name),
                   downbeat_ticks=_scaled(loop.downbeat_ticks, times))
    if times < 0:  # the anchor must be a tick that exists in the coarser count
        even = Ticks(-(-timeline.origin_ticks >> -times) << -times)
        timeline = replace(timeline, origin_ticks=even, origin_frames=timeline.frames_at(even))
    fill = machine.fill_until_ticks
    scaled = replace(
        machine, loop=loop, timeline=replace(timeline, bpm=timeline.bpm * 2.0**times,
                                             origin_ticks=_scaled(timeline.origin_ticks, times)),
        phase_ticks=_scaled(machine.phase_ticks, times), loop_ticks=_scaled(machine.loop_ticks, times),
        fill_until_ticks=fill if fill == FOR_EVER else _scaled(fill, times),
        resting_ticks=_scaled(machine.resting_ticks, times))
    return _renumbered(scaled, -(scaled.phase_ticks % machine.pattern.bar_ticks))


def _renumbered(machine: Machine, by: int) -> Machine:
    """The same song with `by` added to every tick number."""
    timeline, fill = machine.timeline, machine.fill_until_ticks
    return replace(machine, timeline=replace(timeline, origin_ticks=Ticks(timeline.origin_ticks + by)),
                   phase_ticks=Ticks(machine.phase_ticks + by), loop_ticks=Ticks(machine.loop_ticks + by),
                   resting_ticks=Ticks(max(0, machine.resting_ticks + by)),
                   fill_until_ticks=fill if fill in (0, FOR_EVER) else Ticks(max(0, fill + by)))


def in_fresh_ticks(after: Machine, before: Machine, at_frames: int) -> Machine:
    """`after`, with whole bars added to its tick numbers until they cannot be mistaken for those of `before`.

    The sequencer compares tick numbers when a new score takes over: if they differ by up to half a beat, it takes the
    new score for the same song at another tempo, and triggers at once every hit that lies between the two positions. A
    new reading is not a tempo change, so at `at_frames` its tick number must be further away, and not before bar 1.
    """
    if not before.playing or after.timeline == before.timeline:
        return after
    bar, now, then = after.pattern.bar_ticks, after.timeline.ticks_at(at_frames), before.timeline.ticks_at(at_frames)
    by = max(0, -(now // bar) * bar)
    while abs(now + by - then) <= PPQN // 2:
        by += bar
    return _renumbered(after, by)


def song_shifted(machine: Machine, ticks: int) -> Machine:
    """The same song with its tick 0 `ticks` later: the bar lines move, the loop does not."""
    moved, loop = _renumbered(machine, -ticks), machine.loop
    if loop is not None:
        loop = replace(loop, downbeat_ticks=Ticks(loop.downbeat_ticks + ticks))
    return replace(moved, phase_ticks=machine.phase_ticks, loop_ticks=machine.loop_ticks, loop=loop)


def _pattern_scaled(pattern: Pattern, times: int) -> Pattern:
    tracks = tuple(_track_scaled(track, times) for track in pattern.tracks)
    beats = pattern.beats * 2**times if times > 0 else max(1, int(pattern.beats // 2**-times))
    return replace(pattern, tracks=tracks, beats=beats)


def _track_scaled(track: Track, times: int) -> Track:
    """The same steps at the same times: a sixteenth becomes an eighth, in ticks half as long."""
    per_beat = track.steps_per_beat / 2.0**times
    if per_beat not in STEPS_PER_BEAT:
        raise InvalidValue(f"{track.name} has {track.steps_per_beat} steps a beat and would have {per_beat:g}; "
                           "give it another resolution first.")
    return track.with_resolution(int(per_beat))


def _rotated(pattern: Pattern, ticks: int, nearest: bool = False) -> Pattern:
    """The pattern begun `ticks` later. Raises InvalidValue where that is not a whole number of steps, unless `nearest`
    allows rounding."""
    for track in pattern.tracks:
        if ticks % track.step_ticks and not nearest:
            raise InvalidValue(f"{track.name} has no step there in another pattern; give it the same resolution.")
    return replace(pattern, tracks=tuple(track.rotated(round(ticks / track.step_ticks)) for track in pattern.tracks))


def _scaled(ticks: int, times: int) -> Ticks:
    return Ticks(ticks << times if times >= 0 else ticks >> -times)


def _whole_beats(beats: Quarters, times: int, name: str) -> Quarters:
    if times < 0 and beats % 2**-times:
        raise InvalidValue(f"{name} has {beats:g} beats, which cannot be halved.")
    return whole_or_half(beats * 2.0**times)
