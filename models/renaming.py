"""A person knows which drum it was: a decomposition with tracks called otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.core.errors import UsageError
from engine.core.kit import Kit
from engine.core.pattern import Pattern, Track
from models.decompose import Decomposition

_SAME_NAME = 0.5   # a name that has stayed counts as much as half the steps
_LIKE_ENOUGH = 0.5
_ROUGHLY = 0.8     # a step in the same place, with another velocity or time


def called(done: Decomposition, names: Mapping[str, str]) -> Decomposition:
    """The same with its tracks called as `names` (old: new) says; its sounds stay what they were. Raises UsageError
    for a track that is not there, or a name that two would have."""
    tracks = [track.name for track in done.pattern.tracks]
    for old in names:
        if old not in tracks:
            raise UsageError(f"No track is called {old!r}; there are {', '.join(tracks)}.")
    new = [names.get(name, name) for name in tracks]
    for name in new:
        if not name or new.count(name) > 1:
            raise UsageError(f"Two tracks would be called {name!r}; give the other one another name too.")

    def by_track(values: Mapping[str, Any]) -> dict[str, Any]:
        return {names.get(name, name): value for name, value in values.items()}

    onsets = tuple(replace(onset, track=names.get(onset.track, onset.track)) for onset in done.transcription.onsets)
    return replace(
        done, kit=Kit(done.kit.name, by_track(done.kit.one_shots)),
        pattern=replace(done.pattern, tracks=tuple(replace(track, name=name) for track, name in
                                                   zip(done.pattern.tracks, new, strict=True))),
        transcription=replace(done.transcription, onsets=onsets), stems=by_track(done.stems),
        track_match=by_track(done.track_match))


def names_told(before: Pattern, after: Pattern) -> dict[str, str]:
    """Which tracks of `before` are called otherwise in `after` (old: new): their steps tell, where half of them or
    more are the same, and no track that kept its name is more like them."""
    pairs = sorted(((_likeness(old, new) + _SAME_NAME * (old.name == new.name), old.name, new.name)
                    for old in before.tracks for new in after.tracks), reverse=True)
    found: dict[str, str] = {}
    for likeness, old, new in pairs:
        if old not in found and new not in found.values() and (old == new or likeness >= _LIKE_ENOUGH):
            found[old] = new
    told = {old: new for old, new in found.items() if old != new}
    names = {track.name for track in before.tracks}
    while taken := [old for old, new in told.items() if new in names - told.keys()]:
        del told[taken[0]]
    return told


def _likeness(one: Track, other: Track) -> float:
    """The share of struck steps that both have, 0..1; 0 for tracks of different grids."""
    if (len(one.steps), one.steps_per_beat) != (len(other.steps), other.steps_per_beat):
        return 0.0
    either = [(a, b) for a, b in zip(one.steps, other.steps, strict=True) if a is not None or b is not None]
    same = [1.0 if (a.velocity, a.microtiming) == (b.velocity, b.microtiming) else _ROUGHLY
            for a, b in either if a is not None and b is not None]
    return sum(same) / len(either) if either else 0.0
