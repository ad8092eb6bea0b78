"""From a solution to an Extraction: a playable one-shot with layers and a stem per track, and the improved hits."""

from dataclasses import replace

import numpy as np
from torch import Tensor

from engine.core.kit import choke_group_of
from engine.core.timeline import PPQN
from models.plugins import Audio, ExtractedLayer, ExtractedShot, Extraction, Onset, Transcription
from models.solving.alternation import LAST_ITERATIONS, Solution
from models.solving.clusters import SOFTEST_STROKE, velocity_bands
from models.solving.posterior import Posterior, solve_scene, stems_of
from models.solving.trimming import first_loud_frame, on_ticks, trimmed

ADDED_CONFIDENCE = 0.5
_SOFTEST = 0.01
_EARLY_S = 0.06
_SILENCE = 1e-9


def extraction_of(solution: Solution, channels: Tensor, sample_rate: int, transcription: Transcription) -> Extraction:
    """One-shots, hits and stems of channels (channels, frames), from the solution of their mono mix.

    Each channel is solved with the same hits and variances; identical channels are solved once. The stems add up to
    the channels.
    """
    scene, posterior, count = solution.scene, solution.posterior, len(channels)
    several = channels[:1] if bool((channels == channels[:1]).all()) else channels
    start = Posterior(posterior.shots.expand(len(several), -1, -1).contiguous(), posterior.error)
    posterior = start if len(several) == 1 else solve_scene(scene, several, LAST_ITERATIONS, start)
    stems = {track: _spread(stem, count) for track, stem in stems_of(scene, posterior, several).items()}
    sounds = _spread(posterior.shots, count)
    shots, onsets = {}, []
    for track in stems:
        shots[track], improved = _drum(track, solution, sounds, sample_rate, transcription)
        onsets += improved
    onsets.sort(key=lambda onset: (onset.time_s, onset.track))
    return Extraction(shots, replace(transcription, onsets=tuple(onsets)), stems)


def _spread(audio: Tensor, channels: int) -> Audio:
    return np.broadcast_to(audio.cpu().numpy(), (channels, *audio.shape[1:])).copy()


def _drum(track: str, solution: Solution, sounds: Audio, sample_rate: int,
          transcription: Transcription) -> tuple[ExtractedShot, list[Onset]]:
    """A track's one-shot at the level of its loudest hit, and its hits, with velocities in proportion to their levels.

    The cluster that carries the most energy is the one-shot, the others are its layers. A hit's level is its gain times
    the rms of its cluster's first 60 ms. sounds (channels, clusters, shot_frames).
    """
    scene, early = solution.scene, round(_EARLY_S * sample_rate)
    clusters = [cluster for cluster, name in enumerate(scene.tracks)
                if name == track and (~solution.left_out[scene.cluster == cluster]).any()]
    levels = {cluster: float(np.sqrt(np.square(sounds[:, cluster, :early]).mean())) + _SILENCE for cluster in clusters}
    mine = np.flatnonzero(np.isin(scene.cluster, clusters) & ~solution.left_out)
    loud = np.array([levels[int(scene.cluster[hit])] * scene.gain[hit] for hit in mine])
    main = max(clusters, key=lambda cluster: float((loud[scene.cluster[mine] == cluster] ** 2).sum()))
    ticks_per_frame = transcription.tempo.beats * PPQN / scene.frames
    ahead = {}
    for cluster in clusters:
        hits = scene.cluster == cluster
        ahead[cluster] = on_ticks(first_loud_frame(sounds[:, cluster], sample_rate), scene.start[hits],
                                  scene.gain[hits] ** 2, ticks_per_frame, sample_rate)
    shots = {cluster: trimmed(sounds[:, cluster] * np.float32(loud.max() / levels[cluster]), sample_rate,
                              ahead[cluster]) for cluster in clusters}
    velocities = np.clip(loud / loud.max(), _SOFTEST, 1.0)
    onsets = []
    for hit, velocity in zip(mine, velocities, strict=True):
        time_s = (int(scene.start[hit]) + ahead[int(scene.cluster[hit])]) % scene.frames / sample_rate
        onsets.append(Onset(track, time_s, float(velocity), _confidence(solution, int(hit), transcription)))
    of_cluster = {cluster: velocities[scene.cluster[mine] == cluster] for cluster in clusters}
    return ExtractedShot(shots[main], choke_group=choke_group_of(track),
                         layers=_layers(main, shots, of_cluster)), onsets


def _layers(main: int, shots: dict[int, Audio], velocities: dict[int, np.ndarray]) -> tuple[ExtractedLayer, ...]:
    """The layers beside the main cluster, which plays from velocity 0 on. If it is not in the softest band, it comes
    back as a layer of its own band."""
    softest, *harder = velocity_bands(velocities)
    if main in softest.clusters:
        found = [ExtractedLayer(shots[cluster], 0.0) for cluster in softest.clusters if cluster != main]
    else:
        found = [ExtractedLayer(shots[cluster], SOFTEST_STROKE) for cluster in softest.clusters]
    return (*found, *(ExtractedLayer(shots[cluster], band.velocity) for band in harder for cluster in band.clusters))


def _confidence(solution: Solution, hit: int, transcription: Transcription) -> float:
    """The mean of the transcriber's confidence (0.5 for an added hit) and the hit's correlation with its one-shot."""
    origin = int(solution.scene.origin[hit])
    transcribed = ADDED_CONFIDENCE if origin < 0 else transcription.onsets[origin].confidence
    return float(0.5 * transcribed + 0.5 * np.clip(solution.comparison.correlation[hit], 0.0, 1.0))
