"""Convert between a decomposition in memory and one in a folder."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.core.kit import Kit, sample_id
from engine.core.loop import Audio, PlayedLoop, overview
from engine.core.methods import USUAL, Methods
from engine.core.names import readable
from engine.library.kits.decomposition import HeardOnset, Source, StoredDecomposition
from engine.library.kits.lineage import made_from
from engine.library.resampling import resampled
from models.batch.settings import Settings, tao_version
from models.decompose import Decomposition, frames_first
from models.plugins import Onset, TempoGuess, Transcription

_SEAM_S = 0.005


def stored(done: Decomposition, source: Source, by: Methods, asked: Settings | None = None) -> StoredDecomposition:
    """A finished decomposition as it is written to a folder. by: the plugins that made it; asked: the settings, if it
    was the verb's work."""
    made_by = {"tao": tao_version(), **dict(by.items()), "weights": {}}
    return _kept(done, source, made_by if asked is None else {**made_by, "settings": asked.to_json()})


def made_with(kept: StoredDecomposition) -> Methods:
    """The plugins that made a kit, as far as it says; the usual ones for the rest. Raises InvalidValue where it holds
    what cannot be a name."""
    return Methods(*(str(kept.made_by.get(kind, usual)) for kind, usual in USUAL.items()))


def restored(done: Decomposition, before: StoredDecomposition) -> StoredDecomposition:
    """The same for a decomposition that was opened from a folder and changed: its source and unknown keys are kept, and
    so are other patterns and the sounds that only those play."""
    made = _kept(done, before.source, before.made_by)
    playing = {track.name for track in (*before.pattern.tracks, *done.pattern.tracks)}
    others = {name: shot for name, shot in before.kit.one_shots.items() if name not in playing}
    samples = {name: before.samples[name] for shot in others.values() for name in shot.samples}
    return replace(made, kit=Kit(made.kit.name, {**others, **made.kit.one_shots}), samples={**samples, **made.samples},
                   unknown=before.unknown, unknown_of_track=before.unknown_of_track, as_played=before.as_played,
                   readings=before.readings, recording=before.recording)


def heard_at(time_s: float, length_s: float) -> float:
    """Where a hit is written: one that begins just before the loop's end is its first, come a moment early."""
    return 0.0 if length_s - time_s < _SEAM_S else time_s


def _kept(done: Decomposition, source: Source, made_by: dict[str, Any]) -> StoredDecomposition:
    samples = {name: done.samples[name] for shot in done.kit.one_shots.values() for name in shot.samples}
    length_s = len(done.audio) / done.sample_rate
    onsets = {track: tuple(sorted((HeardOnset(heard_at(onset.time_s, length_s), onset.velocity, onset.confidence)
                                   for onset in done.transcription.of(track)), key=lambda onset: onset.time_s))
              for track in done.transcription.tracks}
    candidates: dict[str, tuple[HeardOnset, ...]] = {}
    for onset in done.candidates:
        heard = HeardOnset(heard_at(onset.time_s, length_s), onset.velocity, onset.confidence)
        candidates[onset.track] = (*candidates.get(onset.track, ()), heard)
    return StoredDecomposition(
        done.bpm, done.sample_rate, done.kit, done.pattern, samples, done.audio, done.residual, done.match,
        dict(done.stems), onsets, dict(done.track_match), source, made_by, candidates=candidates,
        second_names=dict(done.second_names), readings=done.readings, recording=done.recording)


def opened(kept: StoredDecomposition, engine_rate: int) -> Decomposition:
    """A folder's decomposition, made playable: all audio at the engine's rate."""
    def at_rate(audio: Audio, circular: bool) -> Audio:
        return frames_first(resampled(audio.T, kept.sample_rate, engine_rate, circular))

    audio = at_rate(kept.loop, circular=True)
    residual = None if kept.residual is None else at_rate(kept.residual, circular=True)
    samples: dict[str, Audio] = {}
    shots = {}
    for track, shot in kept.kit.one_shots.items():
        sample, *others = (at_rate(kept.samples[name], circular=False) for name in shot.samples)
        samples |= {sample_id(one): one for one in (sample, *others)}
        layers = tuple(replace(layer, sample=sample_id(one), frames=len(one))
                       for layer, one in zip(shot.layers, others, strict=True))
        shots[track] = replace(shot, sample=sample_id(sample), frames=len(sample), layers=layers)
    played = [audio] if residual is None else [audio, residual]
    samples |= {sample_id(sample): sample for sample in played}
    beats = kept.as_played.loop_beats or kept.pattern.beats
    loop = PlayedLoop(sample_id(audio), len(audio), beats, kept.source.name,
                      None if residual is None else sample_id(residual), overview(audio))
    length_s = len(kept.loop) / kept.sample_rate
    transcribed = tuple(Onset(track, onset.time_s % length_s, onset.velocity, onset.confidence)
                        for track, onsets in kept.onsets.items() for onset in onsets)
    return Decomposition("kit", engine_rate, audio, Kit(kept.kit.name, shots), kept.pattern, loop, samples,
                         Transcription(transcribed, (TempoGuess(kept.tempo_bpm, beats,
                                                                time_signature=kept.pattern.time_signature),)),
                         {track: at_rate(stem, circular=True) for track, stem in kept.stems.items()},
                         residual, kept.match, dict(kept.track_match), kept.as_played,
                         tuple(sorted((Onset(track, onset.time_s % length_s, onset.velocity, onset.confidence)
                                       for track, onsets in kept.candidates.items() for onset in onsets),
                                      key=lambda onset: (onset.time_s, onset.track))), dict(kept.second_names),
                         kept.readings, None if kept.recording is None else at_rate(kept.recording, circular=False))


def source_of(path: Path) -> Source:
    """The file that a loop was read from, with its SHA-256."""
    with path.open("rb") as file:
        return Source(readable(path.name), hashlib.file_digest(file, "sha256").hexdigest(), made_from=made_from(path))
