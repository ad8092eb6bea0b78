"""How a loop is read: at half or twice the tempo, or with its downbeat elsewhere. The music itself stays as it is."""

import math
from dataclasses import dataclass, replace

from engine.core.commands.apply import apply
from engine.core.errors import InvalidValue
from engine.core.kit import Kit
from engine.core.loop import PlayedLoop
from engine.core.machine import FOR_EVER, PATTERN_SLOTS, Listen, Machine
from engine.core.pattern import STEPS_PER_BEAT, Pattern, Track
from engine.core.timeline import PPQN, Ticks


@dataclass(frozen=True, slots=True)
class HalveReading:
    """Count half as many beats: 174 BPM were 87. Nothing sounds different."""


@dataclass(frozen=True, slots=True)
class DoubleReading:
    """Count twice as many beats: 87 BPM were 174. Nothing sounds different."""


@dataclass(frozen=True, slots=True)
class ShiftDownbeat:
    """Let the bar line come so many steps later in the music, steps being those that all tracks share. Nothing
    sounds different, except that swing now falls on other slots."""

    steps: int = 1


@dataclass(frozen=True, slots=True)
class Restore:
    """Undo and redo: kit, patterns and loop as they were; of the same loop also how it was read. Tempo, mutes and
    effects stay as they are."""

    kit: Kit
    patterns: tuple[Pattern | None, ...]
    loop: PlayedLoop | None
    listen: Listen
    phase_ticks: Ticks
    loop_ticks: Ticks


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
    shifted = _song_shifted(machine, ticks)
    patterns = tuple(None if pattern is None else _rotated(pattern, ticks) for pattern in machine.patterns)
    return _as_another_song(shifted, machine, at_frames).with_patterns(patterns)


@apply.register
def _(command: Restore, machine: Machine, at_frames: int) -> Machine:
    before, loop = machine.loop, command.loop
    if len(command.patterns) != PATTERN_SLOTS:
        raise InvalidValue(f"There are {PATTERN_SLOTS} pattern slots; {len(command.patterns)} were given.")
    if before is not None and loop is not None and before.sample == loop.sample:
        times = doublings(before, loop)
        if times is None:  # it was counted quite otherwise: at that tempo it lasts as long as it does
            bpm = machine.timeline.bpm * loop.beats / before.beats
            timeline = machine.timeline.with_bpm(bpm, machine.timeline.ticks_at(at_frames))
            machine = replace(machine, timeline=timeline, loop=loop, phase_ticks=command.phase_ticks,
                              loop_ticks=command.loop_ticks)
        scaled = _song_scaled(machine, times or 0)
        assert scaled.loop is not None
        shifted = _song_shifted(scaled, loop.downbeat_ticks - scaled.loop.downbeat_ticks)
        machine = _as_another_song(shifted, machine, at_frames)
    elif loop is not None:
        machine = replace(machine, phase_ticks=command.phase_ticks, loop_ticks=command.loop_ticks)
    return replace(machine, kit=command.kit, loop=loop, listen=command.listen).with_patterns(command.patterns)


def doublings(before: PlayedLoop, after: PlayedLoop) -> int | None:
    """How often the beats of `before` must be doubled to be those of `after`; None where they cannot be."""
    times = math.log2(after.beats / before.beats)
    return int(times) if times == int(times) else None


def read_alike(pattern: Pattern, loop: PlayedLoop, like: PlayedLoop) -> tuple[Pattern, PlayedLoop]:
    """A pattern and its loop, just decomposed, read as the musician reads `like`, the same recording; as they are
    where that is no matter of halves and doubles.

    Raises InvalidValue where the pattern has no such grid.
    """
    times = doublings(loop, like)
    if times is None:
        return pattern, loop
    read = replace(loop, beats=like.beats, downbeat_ticks=like.downbeat_ticks)
    return _rotated(_pattern_scaled(pattern, times), like.downbeat_ticks, nearest=True), read


def as_recorded(pattern: Pattern, loop: PlayedLoop) -> Pattern:
    """A pattern that is read from the downbeat of its loop on, begun with the recording again."""
    return _rotated(pattern, -loop.downbeat_ticks, nearest=True)


def _reread(machine: Machine, times: int, at_frames: int) -> Machine:
    """Every beat counted as two (times 1), or two as one (-1)."""
    if machine.loop is None:
        raise InvalidValue("There is no loop that could be read otherwise; set the tempo with + and -.")
    patterns = tuple(None if pattern is None else _pattern_scaled(pattern, times) for pattern in machine.patterns)
    return _as_another_song(_song_scaled(machine, times), machine, at_frames).with_patterns(patterns)


def _song_scaled(machine: Machine, times: int) -> Machine:
    """The same song in ticks that are 2 ** -times as long; pattern and loop keep their places in it, and bar lines
    fall where the pattern begins."""
    timeline, loop = machine.timeline, machine.loop
    if times == 0 or loop is None:
        return machine
    loop = replace(loop, beats=_whole_beats(loop.beats, times, loop.name),
                   downbeat_ticks=_scaled(loop.downbeat_ticks, times))
    if times < 0:  # anchored on a tick that there is in the coarser count too
        even = Ticks(-(-timeline.origin_ticks >> -times) << -times)
        timeline = replace(timeline, origin_ticks=even, origin_frames=timeline.frames_at(even))
    fill = machine.fill_until_ticks
    scaled = replace(
        machine, loop=loop, timeline=replace(timeline, bpm=timeline.bpm * 2.0**times,
                                             origin_ticks=_scaled(timeline.origin_ticks, times)),
        phase_ticks=_scaled(machine.phase_ticks, times), loop_ticks=_scaled(machine.loop_ticks, times),
        fill_until_ticks=fill if fill == FOR_EVER else _scaled(fill, times),
        resting_ticks=_scaled(machine.resting_ticks, times))
    return _relabelled(scaled, -(scaled.phase_ticks % machine.pattern.bar_ticks))


def _relabelled(machine: Machine, by: int) -> Machine:
    """The same song with every tick called `by` more."""
    timeline, fill = machine.timeline, machine.fill_until_ticks
    return replace(machine, timeline=replace(timeline, origin_ticks=Ticks(timeline.origin_ticks + by)),
                   phase_ticks=Ticks(machine.phase_ticks + by), loop_ticks=Ticks(machine.loop_ticks + by),
                   resting_ticks=Ticks(max(0, machine.resting_ticks + by)),
                   fill_until_ticks=fill if fill in (0, FOR_EVER) else Ticks(max(0, fill + by)))


def _as_another_song(after: Machine, before: Machine, at_frames: int) -> Machine:
    """`after`, which counts the song of `before` otherwise, so many bars further on that nobody takes its ticks at
    `at_frames` for those of the song before, or for ticks before bar 1."""
    if not before.playing or after.timeline == before.timeline:
        return after
    bar, now, then = after.pattern.bar_ticks, after.timeline.ticks_at(at_frames), before.timeline.ticks_at(at_frames)
    by = max(0, -(now // bar) * bar)
    while abs(now + by - then) <= PPQN // 2:
        by += bar
    return _relabelled(after, by)


def _song_shifted(machine: Machine, ticks: int) -> Machine:
    """The same song, its tick 0 `ticks` later: the bar lines move, and the loop stays where it sounds."""
    moved, loop = _relabelled(machine, -ticks), machine.loop
    if loop is not None:
        loop = replace(loop, downbeat_ticks=Ticks(loop.downbeat_ticks + ticks))
    return replace(moved, phase_ticks=machine.phase_ticks, loop_ticks=machine.loop_ticks, loop=loop)


def _pattern_scaled(pattern: Pattern, times: int) -> Pattern:
    tracks = tuple(_track_scaled(track, times) for track in pattern.tracks)
    beats = pattern.beats * 2**times if times > 0 else max(1, pattern.beats // 2**-times)
    return replace(pattern, tracks=tracks, beats=beats)


def _track_scaled(track: Track, times: int) -> Track:
    """The same steps at the same times: a step that was a sixteenth is an eighth, in ticks half as long."""
    per_beat = track.steps_per_beat / 2.0**times
    if per_beat not in STEPS_PER_BEAT:
        raise InvalidValue(f"{track.name} has {track.steps_per_beat} steps a beat, and would have {per_beat:g}; "
                           "give it another resolution first.")
    return track.with_resolution(int(per_beat))


def _rotated(pattern: Pattern, ticks: int, nearest: bool = False) -> Pattern:
    """The pattern begun `ticks` later. Raises InvalidValue where that is no whole number of steps, unless the
    nearest will do."""
    for track in pattern.tracks:
        if ticks % track.step_ticks and not nearest:
            raise InvalidValue(f"{track.name} has no step there in another pattern; give it the same resolution.")
    return replace(pattern, tracks=tuple(track.rotated(round(ticks / track.step_ticks)) for track in pattern.tracks))


def _scaled(ticks: int, times: int) -> Ticks:
    return Ticks(ticks << times if times >= 0 else ticks >> -times)


def _whole_beats(beats: int, times: int, name: str) -> int:
    if times < 0 and beats % 2**-times:
        raise InvalidValue(f"{name} has {beats} beats, which cannot be halved.")
    return beats * 2**times if times >= 0 else beats // 2**-times
