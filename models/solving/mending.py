"""Hits that explain nothing are dropped; places where a take explains what is left get a hit."""

import numpy as np
from torch import Tensor

from models.solving.posterior import Posterior
from models.solving.scene import Scene, segments
from models.solving.timing import LISTEN_S, Likeness, likeness, whitening

PRUNE_GAIN, PRUNE_LIKENESS = 0.12, 0.25
ADD_GAIN, ADD_LIKENESS = 0.2, 0.25
_APART_S = 0.03
_REACH_S = 0.008
_ADDED_DELTA = 0.3


def pruned(scene: Scene, found: Likeness) -> np.ndarray:
    """(hits,) which to keep: those that are loud or alike enough, and each track's best."""
    keep = (scene.gain >= PRUNE_GAIN) | (found.correlation >= PRUNE_LIKENESS)
    names = np.array(scene.tracks)[scene.take]
    for track in set(names):
        mine = np.flatnonzero(names == track)
        if not keep[mine].any():
            keep[mine[np.argmax(scene.gain[mine] * np.maximum(found.correlation[mine], 0.0))]] = True
    return keep


def proposed(scene: Scene, posterior: Posterior, loop: Tensor, sample_rate: int) -> Scene:
    """The scene with the hits that the rest of the loop asks for: at each place where any drum is struck, the
    best take of a track that is not struck there, when it is loud and alike enough."""
    frames, apart = scene.frames, round(_APART_S * sample_rate)
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), round(_REACH_S * sample_rate)
    places = distinct(scene.start % frames, apart // 2)
    names = np.array(scene.tracks)
    tries = [(place, take) for place in places for take in range(len(names))
             if not near(scene.start[names[scene.take] == names[take]] % frames, place, frames, apart)]
    if not tries:
        return scene
    starts, takes = np.array([place for place, _ in tries]), np.array([take for _, take in tries])
    rest = loop - scene.played(posterior.shots)
    asked = scene.plus(takes.tolist(), starts.tolist(), [1.0] * len(takes), _ADDED_DELTA)
    asked = asked.only(np.arange(len(scene.start), len(asked.start)))
    heard = segments(rest, starts - reach, listen + 2 * reach, scene.circular).cpu()
    found = likeness(heard, posterior.shots[:, :listen].cpu()[takes], whitening(asked, posterior.error, listen))
    good = (found.gain > ADD_GAIN) & (found.correlation > ADD_LIKENESS)
    chosen = []
    for place in places:
        here = np.flatnonzero((starts == place) & good)
        if len(here):
            chosen.append(here[np.argmax(found.correlation[here])])
    return scene.plus([int(takes[one]) for one in chosen], [int(starts[one] + found.lag[one]) for one in chosen],
                      [float(min(found.gain[one], 1.6)) for one in chosen], _ADDED_DELTA)


def distinct(starts: np.ndarray, apart: int) -> list[int]:
    """The starts without those within `apart` frames of an earlier one."""
    kept: list[int] = []
    for start in np.sort(starts):
        if not kept or start - kept[-1] > apart:
            kept.append(int(start))
    return kept


def near(starts: np.ndarray, place: int, frames: int, apart: int) -> bool:
    """Whether any start lies within `apart` frames of a place, round the end."""
    gaps = np.abs((starts - place + frames // 2) % frames - frames // 2)
    return bool((gaps <= apart).any())
