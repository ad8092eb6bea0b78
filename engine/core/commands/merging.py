"""Three-way merging: a later stage of a decomposition arrives, and your edits to the earlier stage are kept.

base: the earlier stage as it was loaded; current: what you have made of it; incoming: the later stage.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from engine.core.commands.sounds import with_drum_names, with_track_names
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen
from engine.core.pattern import MAX_TRACKS, Pattern, Track

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EarlierStage:
    """What the stage before loaded, with the fields of LoadDecomposition."""

    kit: Kit
    pattern: Pattern
    listen: Listen
    loop: PlayedLoop | None


def kept(base: T, current: T, incoming: T) -> T:
    """The user's value if they changed it, else the incoming one."""
    return incoming if current == base else current


def is_version(base: Pattern, current: Pattern) -> bool:
    """Whether `current` is an edited `base`: at least half of its hits are still there, whatever its tracks are
    called."""
    base = with_track_names(base, new_names(base, current))
    hits = [(track.name, index, step) for track in base.tracks for index, step in enumerate(track.steps) if step]
    steps = {track.name: track.steps for track in current.tracks}
    found = sum(step in steps.get(name, ())[index : index + 1] for name, index, step in hits)
    return current == base if not hits else 2 * found >= len(hits)


def new_names(base: Pattern, current: Pattern) -> dict[str, str]:
    """Which tracks of `base` the user renamed (old: new): a track that became another drum keeps its place."""
    if len(base.tracks) != len(current.tracks):
        return {}
    return {one.name: other.name for one, other in zip(base.tracks, current.tracks, strict=True)
            if one.name != other.name}


def merged_pattern(base: Pattern, current: Pattern, incoming: Pattern) -> Pattern:
    """The pattern merged step by step; tracks whose grid changed, as a whole."""
    if current == base:
        return incoming
    renamed = new_names(base, current)
    base, incoming = with_track_names(base, renamed), _renamed_without_clashes(incoming, renamed)
    ours, old = _by_name(current), _by_name(base)
    tracks = [_merged_track(old.get(track.name), ours.get(track.name), track) for track in incoming.tracks]
    arriving = {track.name for track in tracks}
    users_own = [track for track in current.tracks if track.name not in arriving and track != old.get(track.name)]
    per_bar, unit = kept(*((one.beats_per_bar, one.beat_unit) for one in (base, current, incoming)))
    return replace(incoming, tracks=tuple([*users_own, *tracks][:MAX_TRACKS]),
                   beats=kept(base.beats, current.beats, incoming.beats),
                   swing=kept(base.swing, current.swing, incoming.swing),
                   beats_per_bar=per_bar, beat_unit=unit)


def merged_kit(base: Kit, current: Kit, incoming: Kit, renamed: Mapping[str, str], users_own: Collection[str]) -> Kit:
    """The kit merged sound by sound: a swapped sound stays, and a shaped one is shaped the same way again.

    renamed: drums the user renamed (old: new); users_own: tracks that stay though nothing arrives for them.
    """
    base = with_drum_names(base, renamed)
    incoming = with_drum_names(Kit(incoming.name, {name: shot for name, shot in incoming.one_shots.items()
                                                   if name not in renamed.values() or name in renamed}), renamed)
    shots = {name: _merged_shot(base.one_shots.get(name), current.one_shots.get(name), shot)
             for name, shot in incoming.one_shots.items()}
    staying = {name: shot for name, shot in current.one_shots.items()
               if name not in shots and (name in users_own or shot != base.one_shots.get(name))}
    return Kit(incoming.name, {**staying, **shots})


def _renamed_without_clashes(pattern: Pattern, renamed: Mapping[str, str]) -> Pattern:
    """`pattern` renamed; a track that already has one of the new names is left out."""
    tracks = tuple(track for track in pattern.tracks if track.name not in renamed.values() or track.name in renamed)
    return with_track_names(replace(pattern, tracks=tracks), renamed) if tracks else pattern


def _by_name(pattern: Pattern) -> dict[str, Track]:
    return {track.name: track for track in pattern.tracks}


def _merged_track(base: Track | None, current: Track | None, incoming: Track) -> Track:
    if current is None or current == base:
        return incoming
    if base is None or not _grid(base) == _grid(current) == _grid(incoming):
        return current
    steps = tuple(map(kept, base.steps, current.steps, incoming.steps))
    return replace(incoming, steps=steps, swing=kept(base.swing, current.swing, incoming.swing))


def _grid(track: Track) -> tuple[int, int]:
    return len(track.steps), track.steps_per_beat


def _merged_shot(base: OneShot | None, current: OneShot | None, incoming: OneShot) -> OneShot:
    if current is None or current == base:
        return incoming
    if base is None or current.samples != base.samples:
        return current
    return OneShot(*(kept(*(getattr(shot, part.name) for shot in (base, current, incoming)))
                     for part in fields(OneShot)))
