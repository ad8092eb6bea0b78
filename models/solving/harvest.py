"""From a solution to what the house plays: a shot and a stem per drum, and its hits as mended."""

from dataclasses import replace

import numpy as np
from torch import Tensor

from engine.core.timeline import PPQN
from models.one_shots import HIHAT_CHOKE_GROUP
from models.plugins import Audio, ExtractedShot, Extraction, Onset, Transcription
from models.solving.posterior import Posterior, solve_scene, stems_of
from models.solving.rounds import LAST_STEPS, Solution
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
    """The main take of a track, the one that carries most, at the level of its loudest hit; and the track's hits
    in proportion to their level. sounds (channels, takes, shot_frames)."""
    scene, early = solution.scene, round(_EARLY_S * sample_rate)
    takes = [take for take, name in enumerate(scene.tracks) if name == track]
    levels = {take: float(np.sqrt(np.square(sounds[:, take, :early]).mean())) + _SILENCE for take in takes}
    mine = np.flatnonzero(np.isin(scene.take, takes))
    loud = np.array([levels[int(scene.take[hit])] * scene.gain[hit] for hit in mine])
    main = max(takes, key=lambda take: float((loud[scene.take[mine] == take] ** 2).sum()))
    ticks_per_frame = heard.tempo.beats * PPQN / scene.frames
    ahead = {take: on_ticks(attack_frame(sounds[:, take], sample_rate), scene.start[scene.take == take],
                            scene.gain[scene.take == take] ** 2, ticks_per_frame, sample_rate) for take in takes}
    shot = trimmed(sounds[:, main] * np.float32(loud.max() / levels[main]), sample_rate, ahead[main])
    onsets = []
    for hit, level in zip(mine, loud, strict=True):
        time_s = (int(scene.start[hit]) + ahead[int(scene.take[hit])]) % scene.frames / sample_rate
        velocity = float(np.clip(level / loud.max(), _SOFTEST, 1.0))
        onsets.append(Onset(track, time_s, velocity, _confidence(solution, int(hit), heard)))
    return ExtractedShot(shot, choke_group=HIHAT_CHOKE_GROUP if track == "hihat" else None), onsets


def _confidence(solution: Solution, hit: int, heard: Transcription) -> float:
    """Half what the ears said, half how much like its take the hit is."""
    origin = int(solution.scene.origin[hit])
    ears = ADDED_CONFIDENCE if origin < 0 else heard.onsets[origin].confidence
    return float(0.5 * ears + 0.5 * np.clip(solution.likeness.correlation[hit], 0.0, 1.0))
