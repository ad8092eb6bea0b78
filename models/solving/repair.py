"""Repair the transcription: drop hits that explain nothing, and add hits where a one-shot explains the residual."""

import numpy as np
from torch import Tensor

from models.solving.posterior import Posterior
from models.solving.scene import Scene, segments
from models.solving.timing import LISTEN_S, Comparison, compare, whitening

DROP_GAIN, DROP_CORRELATION = 0.12, 0.25
CLEAR, SOFT = (0.2, 0.25), (0.08, 0.2)   # the least gain and correlation of an added hit; soft ones need a judge
_LOUDEST_ADDED = 1.6
_APART_S = 0.03
_REACH_S = 0.008
_ADDED_DELTA = 0.3


def worth_keeping(scene: Scene, found: Comparison) -> np.ndarray:
    """(hits,) bool: loud enough (gain >= 0.12) or similar enough to its one-shot (correlation >= 0.25).

    Of a track that would lose every hit, the one with the largest gain times correlation stays.
    """
    keep = (scene.gain >= DROP_GAIN) | (found.correlation >= DROP_CORRELATION)
    names = np.array(scene.tracks)[scene.cluster]
    for track in set(names):
        mine = np.flatnonzero(names == track)
        if not keep[mine].any():
            keep[mine[np.argmax(scene.gain[mine] * np.maximum(found.correlation[mine], 0.0))]] = True
    return keep


def with_missing_hits(scene: Scene, posterior: Posterior, loop: Tensor, sample_rate: int,
                      least: tuple[float, float] = CLEAR) -> Scene:
    """The scene with the hits that the residual calls for.

    At each onset of any drum, the one-shots of the tracks that have no hit there are compared with the residual within
    +-8 ms; the one with the largest correlation is added if its gain and its correlation exceed `least`.
    """
    frames, apart = scene.frames, round(_APART_S * sample_rate)
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), round(_REACH_S * sample_rate)
    places = distinct(scene.start % frames, apart // 2)
    names = np.array(scene.tracks)
    tries = [(place, cluster) for place in places for cluster in range(len(names))
             if not near(scene.start[names[scene.cluster] == names[cluster]] % frames, place, frames, apart)]
    if not tries:
        return scene
    starts, clusters = np.array([place for place, _ in tries]), np.array([cluster for _, cluster in tries])
    residual = loop - scene.played(posterior.shots)
    tried = scene.plus(clusters.tolist(), starts.tolist(), [1.0] * len(clusters), _ADDED_DELTA)
    tried = tried.only(np.arange(len(scene.start), len(tried.start)))
    sounds = segments(residual, starts - reach, listen + 2 * reach, scene.circular).cpu()
    found = compare(sounds, posterior.shots[:, :listen].cpu()[clusters], whitening(tried, posterior.error, listen))
    good = (found.gain > least[0]) & (found.correlation > least[1])
    chosen = []
    for place in places:
        here = np.flatnonzero((starts == place) & good)
        if len(here):
            chosen.append(here[np.argmax(found.correlation[here])])
    return scene.plus([int(clusters[one]) for one in chosen], [int(starts[one] + found.lag[one]) for one in chosen],
                      [float(min(found.gain[one], _LOUDEST_ADDED)) for one in chosen], _ADDED_DELTA)


def distinct(starts: np.ndarray, apart: int) -> list[int]:
    """The starts, ascending, without those within `apart` frames after the last one kept."""
    kept: list[int] = []
    for start in np.sort(starts):
        if not kept or start - kept[-1] > apart:
            kept.append(int(start))
    return kept


def near(starts: np.ndarray, place: int, frames: int, apart: int) -> bool:
    """Whether any start lies within `apart` frames of `place` on a loop of `frames` frames."""
    gaps = np.abs((starts - place + frames // 2) % frames - frames // 2)
    return bool((gaps <= apart).any())
