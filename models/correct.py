"""Correct a decomposition: the user edited steps or renamed tracks, and the kit is solved again from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.core.errors import InvalidValue, UsageError
from engine.core.groove import grid_ticks, step_onset_ticks
from engine.core.kit import Kit
from engine.core.pattern import TRACK_NAMES, Pattern, Step, Track
from engine.core.timeline import PPQN
from models import plugins
from models.calling import revision
from models.decompose import Decomposition, extracted
from models.naming.candidates import candidates_of
from models.plugins import Onset, Transcription

_PERC = re.compile(r"perc [1-9]\d?")
_SAME_NAME = 0.5   # an unchanged name counts as much as half of the steps
_SIMILAR = 0.5
_SAME_HIT_S = 0.03
_ROUGHLY = 0.8     # a step in the same place, with another velocity or microtiming


@dataclass(frozen=True, slots=True)
class StepEdit:
    """An edit of one step, index from 0: its new velocity, or None to clear it."""

    track: str
    index: int
    velocity: float | None


def correct(done: Decomposition, pattern: Pattern, extractor: plugins.Extractor,
            report: plugins.OnProgress = plugins.ignore_progress) -> Decomposition:
    """`done` solved again as if `pattern` had been transcribed.

    Hits of cleared steps are dropped, new steps become hits, the others keep their times; hits of a renamed track move
    to its new name. Raises InvalidValue when no step is left, or a track has another grid than it was transcribed on.
    """
    done = renamed(done, find_renames(done.pattern, pattern))
    transcription = corrected(done.transcription, done.pattern, pattern, len(done.audio) / done.sample_rate)
    if not transcription.onsets:
        raise InvalidValue("No step is left, so there is no kit to solve. Keep at least one.")
    stems = {name: stem.T for name, stem in done.stems.items()}
    made = revision(extractor, done.audio.T, done.sample_rate, stems, transcription, report)
    again = extracted(done.audio.T, done.loop.name, done.sample_rate, made)
    second_names = {track: name for track, name in done.second_names.items() if track in again.kit.one_shots}
    return replace(again, candidates=still_candidates(done, again), second_names=second_names)


def still_candidates(before: Decomposition, after: Decomposition) -> tuple[Onset, ...]:
    """The hits that were left out before and are no hits now."""
    length_s, kept = len(after.audio) / after.sample_rate, []
    for onset in before.candidates:
        apart = ((other.time_s - onset.time_s + length_s / 2) % length_s - length_s / 2
                 for other in after.transcription.of(onset.track))
        if all(abs(late) > _SAME_HIT_S for late in apart):
            kept.append(onset)
    return tuple(kept)


def with_candidates(done: Decomposition, track: str, pattern: Pattern) -> Pattern:
    """The pattern with the hits of a track that `done` left out. A drum that has no track yet gets one. Raises
    UsageError when none was left out."""
    if not any(onset.track == track for onset in done.candidates):
        names = ", ".join(dict.fromkeys(onset.track for onset in done.candidates)) or "none"
        raise UsageError(f"No hits of {track!r} were left out. Tracks with hits left out: {names}.")
    if all(one.name != track for one in pattern.tracks):
        example = pattern.tracks[0]
        added = Track(track, (None,) * len(example.steps), example.steps_per_beat)
        pattern = replace(pattern, tracks=(*pattern.tracks, added))
    length_s = len(done.audio) / done.sample_rate
    for found in candidates_of(pattern, done.candidates, {}, done.loop.beats, length_s):
        if found.track == track:
            steps = list(next(one for one in pattern.tracks if one.name == track).steps)
            for hit in found.steps:
                steps[hit.index] = replace(hit.step, confidence=1.0)
            pattern = pattern.with_track(replace(pattern.track(track), steps=tuple(steps)))
    return pattern


def played_as(pattern: Pattern, wanted: Pattern) -> Pattern:
    """`pattern` with the settings of wanted's steps, such as probability, condition and pitch.

    Velocity, microtiming and confidence stay as solved. Tracks whose grid differs are not changed.
    """
    tracks = []
    for track in pattern.tracks:
        other = next((one for one in wanted.tracks if one.name == track.name), None)
        if other is None or not _same_grid(track, other):
            tracks.append(track)
            continue
        steps = tuple(step if step is None or asked is None else
                      replace(asked, velocity=step.velocity, microtiming=step.microtiming, confidence=step.confidence)
                      for step, asked in zip(track.steps, other.steps, strict=True))
        tracks.append(replace(track, steps=steps, swing=other.swing))
    return replace(pattern, tracks=tuple(tracks))


def _same_grid(one: Track, other: Track) -> bool:
    return (len(one.steps), one.steps_per_beat) == (len(other.steps), other.steps_per_beat)


def edited(pattern: Pattern, edits: tuple[StepEdit, ...]) -> Pattern:
    """The pattern with steps set and cleared. A hit on a drum that has no track yet adds one.

    Raises UsageError for a step out of range, or a track that is neither there nor a drum.
    """
    for edit in edits:
        track = next((one for one in pattern.tracks if one.name == edit.track), None)
        if track is None:
            if edit.velocity is None or not (edit.track in TRACK_NAMES or _PERC.fullmatch(edit.track)):
                raise _no_track(edit.track, pattern)
            example = pattern.tracks[0]
            track = Track(edit.track, (None,) * len(example.steps), example.steps_per_beat)
            pattern = replace(pattern, tracks=(*pattern.tracks, track))
        if not 0 <= edit.index < len(track.steps):
            raise UsageError(f"{edit.track} has no step {edit.index + 1}; its steps are 1 to {len(track.steps)}.")
        step = None if edit.velocity is None else replace(track.steps[edit.index] or Step(1.0), velocity=edit.velocity)
        pattern = pattern.with_track(track.with_step(edit.index, step))
    return pattern


def corrected(transcription: Transcription, before: Pattern, after: Pattern, length_s: float) -> Transcription:
    """The hits behind the pattern `before`, changed as the pattern `after` asks; length_s: of the pattern's beats.

    Hits the user set or changed have confidence 1. Raises InvalidValue for a track whose grid differs.
    """
    s_per_tick = length_s / (before.beats * PPQN)
    onsets: list[Onset] = []
    for track in after.tracks:
        old = next((one for one in before.tracks if one.name == track.name), None)
        if old is not None and not _same_grid(old, track):
            raise InvalidValue(f"{track.name} has another grid than it was transcribed on, so its steps cannot be used "
                               "for a correction. Undo the change of grid, or decompose the loop again.")
        sounding = [] if old is None else [index for index, step in enumerate(old.steps) if step is not None]
        for onset in transcription.of(track.name):
            index = _step_of(onset, before, old, sounding, length_s, s_per_tick) if old is not None else None
            step = track.steps[index] if index is not None else None
            if step is not None and old is not None and index is not None:
                was = old.steps[index]
                same = was is not None and was.velocity == step.velocity
                onsets.append(onset if same else replace(onset, velocity=step.velocity, confidence=1.0))
        for index, step in enumerate(track.steps):
            if step is not None and index not in sounding:
                ticks = grid_ticks(after, track, index) + step.microtiming
                onsets.append(Onset(track.name, ticks * s_per_tick % length_s, step.velocity, 1.0))
    onsets.sort(key=lambda onset: (onset.time_s, onset.track))
    return replace(transcription, onsets=tuple(onsets))


def _step_of(onset: Onset, pattern: Pattern, track: Track, sounding: list[int], length_s: float,
             s_per_tick: float) -> int | None:
    """The step in `sounding` that is nearest to a hit on the circular loop; None if there is none."""
    def apart(index: int) -> float:
        late = onset.time_s - (step_onset_ticks(pattern, track, index) or 0) * s_per_tick
        return abs((late + length_s / 2) % length_s - length_s / 2)

    return min(sounding, key=apart, default=None)


def renamed(done: Decomposition, names: Mapping[str, str]) -> Decomposition:
    """The decomposition with its tracks renamed (old: new); the sounds stay as they are.

    Raises UsageError for a track that does not exist, or a name that two tracks would share.
    """
    tracks = [track.name for track in done.pattern.tracks]
    for old in names:
        if old not in tracks:
            raise _no_track(old, done.pattern)
    new = [names.get(name, name) for name in tracks]
    for name in new:
        if not name or new.count(name) > 1:
            raise UsageError(f"Two tracks would be named {name!r}. Give the other one another name too.")

    def by_track(values: Mapping[str, Any]) -> dict[str, Any]:
        return {names.get(name, name): value for name, value in values.items()}

    onsets = tuple(replace(onset, track=names.get(onset.track, onset.track)) for onset in done.transcription.onsets)
    return replace(
        done, kit=Kit(done.kit.name, by_track(done.kit.one_shots)),
        pattern=replace(done.pattern, tracks=tuple(replace(track, name=name) for track, name in
                                                   zip(done.pattern.tracks, new, strict=True))),
        transcription=replace(done.transcription, onsets=onsets), stems=by_track(done.stems),
        track_match=by_track(done.track_match),
        candidates=tuple(replace(onset, track=names.get(onset.track, onset.track)) for onset in done.candidates),
        second_names={names.get(track, track): track if track in names else second
                      for track, second in done.second_names.items()})


def _no_track(name: str, pattern: Pattern) -> UsageError:
    tracks = ", ".join(track.name for track in pattern.tracks)
    return UsageError(f"There is no track named {name!r}. The tracks are {tracks}.")


def find_renames(before: Pattern, after: Pattern) -> dict[str, str]:
    """The tracks of `before` that have another name in `after` (old: new), recognised by their steps.

    A track counts as renamed when at least half of its steps are the same and no track that kept its name is more
    similar.
    """
    pairs = sorted(((_similarity(old, new) + _SAME_NAME * (old.name == new.name), old.name, new.name)
                    for old in before.tracks for new in after.tracks), reverse=True)
    found: dict[str, str] = {}
    for similarity, old, new in pairs:
        if old not in found and new not in found.values() and (old == new or similarity >= _SIMILAR):
            found[old] = new
    renames = {old: new for old, new in found.items() if old != new}
    names = {track.name for track in before.tracks}
    while taken := [old for old, new in renames.items() if new in names - renames.keys()]:
        del renames[taken[0]]
    return renames


def _similarity(one: Track, other: Track) -> float:
    """The share of either track's steps that both have, 0..1; 0 for tracks of different grids."""
    if not _same_grid(one, other):
        return 0.0
    either = [(a, b) for a, b in zip(one.steps, other.steps, strict=True) if a is not None or b is not None]
    same = [1.0 if (a.velocity, a.microtiming) == (b.velocity, b.microtiming) else _ROUGHLY
            for a, b in either if a is not None and b is not None]
    return sum(same) / len(either) if either else 0.0
