"""What a judge is told of a scene's hits, and the scene that it leaves."""

from dataclasses import replace

import numpy as np
import torch

from models.plugins import SolvedHits
from models.solving.posterior import Posterior
from models.solving.scene import Scene

_EARLY_S = 0.06
_SILENCE = 1e-9


def levels_of(posterior: Posterior, sample_rate: int) -> np.ndarray:
    """(clusters,) the rms of each one-shot's first 60 ms, over all channels."""
    early = posterior.shots[..., : round(_EARLY_S * sample_rate)].square()
    dims = [dim for dim in range(early.ndim) if dim != early.ndim - 2]
    return early.mean(dim=dims).sqrt().cpu().double().numpy() + _SILENCE


def hits_of(scene: Scene, posterior: Posterior, correlations: np.ndarray, sample_rate: int,
            lead_frames: int) -> SolvedHits:
    """The hits of a solved scene."""
    tracks = np.array(scene.tracks)[scene.cluster]
    loud = levels_of(posterior, sample_rate)[scene.cluster] * scene.gain
    loudest = {track: loud[tracks == track].max() for track in set(tracks)}
    velocities = loud / np.array([loudest[track] for track in tracks])
    times_s = (scene.start + lead_frames) % scene.frames / sample_rate
    levels_db = 20 * np.log10(loud / loud.max())
    return SolvedHits(tracks, times_s, velocities, levels_db, correlations, scene.origin, scene.frames / sample_rate)


def judged(scene: Scene, posterior: Posterior, names: np.ndarray) -> tuple[Scene, Posterior, np.ndarray]:
    """The scene with hits on the tracks `names` (hits,), and which of its hits (hits,) the judge has left out: those
    whose name is empty. A cluster whose hits go to several tracks becomes one cluster for each.

    A hit that is left out is not played, but it stays in the solve beside the other hits of its cluster, so that its
    sound does not leak into theirs. Where its whole cluster is left out, it goes.
    """
    left_out, names = names == "", _with_neighbours(scene.cluster, names)
    there = names != ""
    scene, names, left_out = scene.only(there), names[there], left_out[there]
    pairs = sorted({(int(cluster), str(name)) for cluster, name in zip(scene.cluster, names, strict=True)})
    cluster = np.array([pairs.index((int(old), str(name))) for old, name in zip(scene.cluster, names, strict=True)],
                       int)
    sources = torch.tensor([old for old, _ in pairs])
    return (replace(scene, tracks=tuple(name for _, name in pairs), cluster=cluster,
                    variance=scene.variance[sources.to(scene.variance.device)]),
            Posterior(posterior.shots[..., sources.to(posterior.shots.device), :], posterior.error), left_out)


def _with_neighbours(cluster: np.ndarray, names: np.ndarray) -> np.ndarray:
    """The names (hits,), where each empty one is the commonest in its cluster; still empty where there is none."""
    found = names.copy()
    for one in np.unique(cluster):
        mine = cluster == one
        known, counts = np.unique(names[mine & (names != "")], return_counts=True)
        if len(known):
            found[mine & (names == "")] = known[int(np.argmax(counts))]
    return found
