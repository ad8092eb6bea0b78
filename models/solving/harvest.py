"""From a solution to what the house plays: a shot and a stem per drum, and its hits as mended."""

from dataclasses import replace

import numpy as np
from torch import Tensor

from engine.core.kit import choke_group_of
from engine.core.timeline import PPQN
from models.plugins import Audio, ExtractedLayer, ExtractedShot, Extraction, Onset, Transcription
from models.solving.posterior import Posterior, solve_scene, stems_of
from models.solving.rounds import LAST_STEPS, Solution
from models.solving.takes import SOFTEST_STROKE, bands
from models.solving.trimming import attack_frame, on_ticks, trimmed

ADDED_CONFIDENCE = 0.5
_SOFTEST = 0.01
_EARLY_S = 0.06
_SILENCE = 1e-9


def harvested(solution: Solution, channels: Tensor, sample_rate: int, heard: Transcription) -> Extraction:
    """What a solution of the mono loop makes of its channels (channels, frames): each is solved with the same hits
    and variances, equal ones once. Stems add up to them."""
    scene, posterior, count = solution.scene, solution.posterior, len(channels)
    several = channels[:1] if bool((channels == channels[:1]).all()) else channels
    start = Posterior(posterior.shots.expand(len(several), -1, -1).contiguous(), posterior.error)
    posterior = start if len(several) == 1 else solve_scene(scene, several, LAST_STEPS, start)
    stems = {track: _spread(stem, count) for track, stem in stems_of(scene, posterior, several).items()}
    sounds = _spread(posterior.shots, count)
    shots, onsets = {}, []
    for track in stems:
        shots[track], mended = _drum(track, solution, sounds, sample_rate, heard)
        onsets += mended
    onsets.sort(key=lambda onset: (onset.time_s, onset.track))
    return Extraction(shots, replace(heard, onsets=tuple(onsets)), stems)


def _spread(audio: Tensor, channels: int) -> Audio:
    return np.broadcast_to(audio.cpu().numpy(), (channels, *audio.shape[1:])).copy()


def _drum(track: str, solution: Solution, sounds: Audio, sample_rate: int,
          heard: Transcription) -> tuple[ExtractedShot, list[Onset]]:
    """The main take of a track, the one that carries most, at the level of its loudest hit, its other takes as layers;
    and the track's hits in proportion to their level. sounds (channels, takes, shot_frames)."""
    scene, early = solution.scene, round(_EARLY_S * sample_rate)
    takes = [take for take, name in enumerate(scene.tracks) if name == track and (scene.take == take).any()]
    levels = {take: float(np.sqrt(np.square(sounds[:, take, :early]).mean())) + _SILENCE for take in takes}
    mine = np.flatnonzero(np.isin(scene.take, takes))
    loud = np.array([levels[int(scene.take[hit])] * scene.gain[hit] for hit in mine])
    main = max(takes, key=lambda take: float((loud[scene.take[mine] == take] ** 2).sum()))
    ticks_per_frame = heard.tempo.beats * PPQN / scene.frames
    ahead = {take: on_ticks(attack_frame(sounds[:, take], sample_rate), scene.start[scene.take == take],
                            scene.gain[scene.take == take] ** 2, ticks_per_frame, sample_rate) for take in takes}
    shots = {take: trimmed(sounds[:, take] * np.float32(loud.max() / levels[take]), sample_rate, ahead[take])
             for take in takes}
    velocities = np.clip(loud / loud.max(), _SOFTEST, 1.0)
    onsets = []
    for hit, velocity in zip(mine, velocities, strict=True):
        time_s = (int(scene.start[hit]) + ahead[int(scene.take[hit])]) % scene.frames / sample_rate
        onsets.append(Onset(track, time_s, float(velocity), _confidence(solution, int(hit), heard)))
    layers = _layers(main, shots, {take: velocities[scene.take[mine] == take] for take in takes})
    return ExtractedShot(shots[main], choke_group=choke_group_of(track), layers=layers), onsets


def _layers(main: int, shots: dict[int, Audio], velocities: dict[int, np.ndarray]) -> tuple[ExtractedLayer, ...]:
    """The layers beside the main take, which alone is heard from velocity 0 on: where it is not the softest, it comes
    back as a layer from where its own strokes begin."""
    softest, *harder = bands(velocities)
    if main in softest.takes:
        found = [ExtractedLayer(shots[take], 0.0) for take in softest.takes if take != main]
    else:
        found = [ExtractedLayer(shots[take], SOFTEST_STROKE) for take in softest.takes]
    return (*found, *(ExtractedLayer(shots[take], band.velocity) for band in harder for take in band.takes))


def _confidence(solution: Solution, hit: int, heard: Transcription) -> float:
    """Half what the ears said, half how much like its take the hit is."""
    origin = int(solution.scene.origin[hit])
    ears = ADDED_CONFIDENCE if origin < 0 else heard.onsets[origin].confidence
    return float(0.5 * ears + 0.5 * np.clip(solution.likeness.correlation[hit], 0.0, 1.0))
