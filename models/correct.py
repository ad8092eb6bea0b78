"""A person knows better: a decomposition with steps changed by hand, its kit made anew from them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.core.errors import InvalidValue, UsageError
from engine.core.groove import grid_ticks, step_onset_ticks
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import PPQN
from models import plugins
from models.decompose import Decomposition, extracted
from models.plugins import Onset, Transcription
from models.renaming import called, names_told


@dataclass(frozen=True, slots=True)
class StepEdit:
    """What a step should be: its velocity, or None for silence. index from 0."""

    track: str
    index: int
    velocity: float | None


def correct(done: Decomposition, pattern: Pattern, extractor: plugins.Extractor,
            report: Callable[[float], None] = plugins.untold) -> Decomposition:
    """`done` as it would be had `pattern` been heard: hits of steps that are gone are forgotten, new steps become
    hits, the others stay where they were, those of a track that is another drum now are that drum's, and the kit is
    solved again from there. Raises InvalidValue when no step is left, or a track has another grid than when it
    was heard."""
    done = called(done, names_told(done.pattern, pattern))
    heard = corrected(done.transcription, done.pattern, pattern, len(done.audio) / done.sample_rate)
    if not heard.onsets:
        raise InvalidValue("No step is left, so there is no kit to solve; keep at least one.")
    stems = {name: stem.T for name, stem in done.stems.items()}
    made = extractor.revise(done.audio.T, done.sample_rate, stems, heard, report)
    return extracted(done.audio.T, done.loop.name, done.sample_rate, made)


def played_as(pattern: Pattern, wanted: Pattern) -> Pattern:
    """`pattern` with its steps to be played as those of `wanted` are: by chance, in fills, with their own pitch.
    What was heard decides velocity and microtiming; tracks of another grid stay as they are."""
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
    """The pattern with steps set and cleared; a drum that it lacks is added. Raises UsageError for a step that
    is not there."""
    for edit in edits:
        track = next((one for one in pattern.tracks if one.name == edit.track), None)
        if track is None:
            example = pattern.tracks[0]
            track = Track(edit.track, (None,) * len(example.steps), example.steps_per_beat)
            pattern = replace(pattern, tracks=(*pattern.tracks, track))
        if not 0 <= edit.index < len(track.steps):
            raise UsageError(f"{edit.track} has no step {edit.index}; its steps are 0 to {len(track.steps) - 1}.")
        step = None if edit.velocity is None else replace(track.steps[edit.index] or Step(1.0), velocity=edit.velocity)
        pattern = pattern.with_track(track.with_step(edit.index, step))
    return pattern


def corrected(heard: Transcription, before: Pattern, after: Pattern, length_s: float) -> Transcription:
    """The hits of `before` as `after` wants them; length_s is what the pattern's beats last."""
    s_per_tick = length_s / (before.beats * PPQN)
    onsets: list[Onset] = []
    for track in after.tracks:
        old = next((one for one in before.tracks if one.name == track.name), None)
        if old is not None and not _same_grid(old, track):
            raise InvalidValue(f"{track.name} has another grid than when it was heard, so its steps cannot correct "
                               "that; undo it, or take the loop apart again.")
        sounding = [] if old is None else [index for index, step in enumerate(old.steps) if step is not None]
        for onset in heard.of(track.name):
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
    return replace(heard, onsets=tuple(onsets))


def _step_of(onset: Onset, pattern: Pattern, track: Track, sounding: list[int], length_s: float,
             s_per_tick: float) -> int | None:
    """The sounding step that a hit is nearest to, round the end; None where the track has none."""
    def apart(index: int) -> float:
        late = onset.time_s - (step_onset_ticks(pattern, track, index) or 0) * s_per_tick
        return abs((late + length_s / 2) % length_s - length_s / 2)

    return min(sounding, key=apart, default=None)
