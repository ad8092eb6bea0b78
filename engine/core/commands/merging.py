"""Three-way merging: what a later stage of a decomposition brings, except where a hand has been at work since the
stage before. base: what that one brought; mine: what has become of it; theirs: what comes now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from engine.core.commands.roles import called, kit_called
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen
from engine.core.pattern import MAX_TRACKS, Pattern, Track

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Brought:
    """What the stage before brought, as LoadDecomposition has it."""

    kit: Kit
    pattern: Pattern
    listen: Listen
    loop: PlayedLoop | None


def picked(base: T, mine: T, theirs: T) -> T:
    """What a hand has changed stays; the rest is as it comes."""
    return theirs if mine == base else mine


def is_version(base: Pattern, mine: Pattern) -> bool:
    """Whether `mine` is `base` with changes: half of its strokes are there, whatever its tracks are called."""
    base = called(base, new_names(base, mine))
    strokes = [(track.name, index, step) for track in base.tracks for index, step in enumerate(track.steps) if step]
    steps = {track.name: track.steps for track in mine.tracks}
    kept = sum(step in steps.get(name, ())[index : index + 1] for name, index, step in strokes)
    return mine == base if not strokes else 2 * kept >= len(strokes)


def new_names(base: Pattern, mine: Pattern) -> dict[str, str]:
    """Which tracks of `base` a hand has called otherwise (old: new): a track that is another drum keeps its place."""
    if len(base.tracks) != len(mine.tracks):
        return {}
    return {one.name: other.name for one, other in zip(base.tracks, mine.tracks, strict=True)
            if one.name != other.name}


def merged_pattern(base: Pattern, mine: Pattern, theirs: Pattern) -> Pattern:
    """The pattern step by step, tracks of another grid as a whole."""
    if mine == base:
        return theirs
    names = new_names(base, mine)
    base, theirs = called(base, names), _free_called(theirs, names)
    ours, old = _by_name(mine), _by_name(base)
    tracks = [_merged_track(old.get(track.name), ours.get(track.name), track) for track in theirs.tracks]
    come = {track.name for track in tracks}
    kept = [track for track in mine.tracks if track.name not in come and track != old.get(track.name)]
    return replace(theirs, tracks=tuple([*kept, *tracks][:MAX_TRACKS]),
                   beats=picked(base.beats, mine.beats, theirs.beats),
                   swing=picked(base.swing, mine.swing, theirs.swing),
                   beats_per_bar=picked(base.beats_per_bar, mine.beats_per_bar, theirs.beats_per_bar))


def merged_kit(base: Kit, mine: Kit, theirs: Kit, names: Mapping[str, str],
               only_mine: Collection[str]) -> Kit:
    """The kit sound by sound: one that was swapped stays, one that was shaped comes shaped so. names: which drums a
    hand has called otherwise; only_mine: tracks that stay though nothing comes for them, and their sounds with them."""
    base = kit_called(base, names)
    theirs = kit_called(Kit(theirs.name, {name: shot for name, shot in theirs.one_shots.items()
                                          if name not in names.values() or name in names}), names)
    shots = {name: _merged_shot(base.one_shots.get(name), mine.one_shots.get(name), shot)
             for name, shot in theirs.one_shots.items()}
    kept = {name: shot for name, shot in mine.one_shots.items()
            if name not in shots and (name in only_mine or shot != base.one_shots.get(name))}
    return Kit(theirs.name, {**kept, **shots})


def _free_called(pattern: Pattern, names: Mapping[str, str]) -> Pattern:
    """`pattern` with those names, without tracks that have one of them already."""
    tracks = tuple(track for track in pattern.tracks if track.name not in names.values() or track.name in names)
    return called(replace(pattern, tracks=tracks), names) if tracks else pattern


def _by_name(pattern: Pattern) -> dict[str, Track]:
    return {track.name: track for track in pattern.tracks}


def _merged_track(base: Track | None, mine: Track | None, theirs: Track) -> Track:
    if mine is None or mine == base:
        return theirs
    if base is None or not _grid(base) == _grid(mine) == _grid(theirs):
        return mine
    steps = tuple(map(picked, base.steps, mine.steps, theirs.steps))
    return replace(theirs, steps=steps, swing=picked(base.swing, mine.swing, theirs.swing))


def _grid(track: Track) -> tuple[int, int]:
    return len(track.steps), track.steps_per_beat


def _merged_shot(base: OneShot | None, mine: OneShot | None, theirs: OneShot) -> OneShot:
    if mine is None or mine == base:
        return theirs
    if base is None or mine.samples != base.samples:
        return mine
    return OneShot(*(picked(*(getattr(shot, part.name) for shot in (base, mine, theirs))) for part in fields(OneShot)))
