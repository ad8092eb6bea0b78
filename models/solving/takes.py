"""Which hits of a drum are one sound: soft and hard strokes of a played drum differ, and so do recordings in turns."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from torch import Tensor

from models.solving.posterior import Posterior
from models.solving.scene import Scene
from models.solving.timing import LISTEN_S, fade_out, own_sounds, spread, whitening

MOST_TAKES = 3           # of a drum
_ALIKE = 0.55            # correlation from which on two sounds are one: copies have 0.9, different ones 0.1
_REACH_S = 0.001
_SORTED = 0.8            # of the hits that a threshold must put on their side, to be one
SOFTEST_STROKE = 1 / 127  # what MIDI can say: below it nothing is struck


def split(scene: Scene, posterior: Posterior, loop: Tensor, sample_rate: int) -> tuple[Scene, Posterior]:
    """The scene with one take for each group of a track's hits that sound alike, and where to start solving it from."""
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), round(_REACH_S * sample_rate)
    heard = own_sounds(scene, posterior, loop, scene.start - reach, listen + 2 * reach)
    white = whitening(scene, posterior.error, listen)
    names = np.array(scene.tracks)[scene.take]
    tracks: list[str] = []
    sources: list[int] = []
    take = scene.take.copy()
    for track in dict.fromkeys(scene.tracks):
        mine = np.flatnonzero(names == track)
        groups = grouped(alike(heard[mine], white[mine], reach), scene.gain[mine])
        take[mine] = len(tracks) + groups
        count = int(groups.max(initial=0)) + 1
        tracks += [track] * count
        sources += [scene.tracks.index(track)] * count
    return (replace(scene, tracks=tuple(tracks), take=take, variance=scene.variance[sources]),
            Posterior(posterior.shots[..., sources, :], posterior.error))


def alike(heard: Tensor, weights: Tensor, reach: int) -> np.ndarray:
    """(hits, hits) how every two sounds heard (hits, listen + 2 * reach) correlate, -1..1, at the best lag within
    `reach` frames. weights (hits, bins) whiten."""
    if len(heard) < 2:
        return np.ones((len(heard), len(heard)))
    listen = heard.shape[-1] - 2 * reach
    size = 1 << (heard.shape[-1] - 1).bit_length()
    white = spread(weights.mean(dim=0, keepdim=True), size)[0]
    spectra = torch.fft.rfft(heard[:, reach : reach + listen] * fade_out(listen), n=size) * white.sqrt()
    energy = torch.fft.irfft(spectra.abs().square(), n=size)[:, 0]
    rows = []
    for spectrum, own in zip(spectra, energy, strict=True):
        cross = torch.fft.irfft(spectra * spectrum.conj(), n=size)
        best = torch.cat([cross[:, : reach + 1], cross[:, -reach:]], dim=1).amax(dim=1)
        rows.append(best / (energy * own).clamp_min(1e-30).sqrt())
    return torch.stack(rows).double().numpy()


def grouped(likeness: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """(hits,) which group each hit is of, 0 the one of most energy. likeness (hits, hits); gain (hits,). A group is
    sounds heard at least twice; one that is heard once may only be disturbed: it goes with what it is most like."""
    if len(likeness) < 2:
        return np.zeros(len(likeness), int)
    apart = 1.0 - np.clip((likeness + likeness.T) / 2, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    found = fcluster(linkage(squareform(apart, checks=False), "average"), 1.0 - _ALIKE, "distance") - 1
    energy = np.bincount(found, gain**2)
    often = [int(group) for group in np.argsort(-energy, kind="stable") if (found == group).sum() > 1][:MOST_TAKES]
    if not often:
        return np.zeros(len(likeness), int)
    nearest = np.stack([likeness[:, found == group].max(axis=1) for group in often]).argmax(axis=0)
    return np.array([often.index(group) if group in often else near
                     for group, near in zip(found, nearest, strict=True)])


@dataclass(frozen=True, slots=True)
class Band:
    """Takes that strokes of `velocity` and harder play, in turns."""

    velocity: float
    takes: tuple[int, ...]


def bands(velocities: dict[int, np.ndarray]) -> list[Band]:
    """Takes by how hard they are struck, the softest first; velocities (hits,) by take. Takes whose strokes no
    threshold can tell apart take turns."""
    found: list[Band] = []
    for take in sorted(velocities, key=lambda one: (float(np.median(velocities[one])), one)):
        if found:
            softer = np.concatenate([velocities[one] for one in found[-1].takes])
            threshold, share = _threshold(softer, velocities[take])
            if share < _SORTED:
                found[-1] = replace(found[-1], takes=(*found[-1].takes, take))
                continue
            found.append(Band(threshold, (take,)))
        else:
            found.append(Band(SOFTEST_STROKE, (take,)))
    return found


def _threshold(softer: np.ndarray, harder: np.ndarray) -> tuple[float, float]:
    """The velocity between two takes' strokes, and the share of either that lies on its side, the lesser one."""
    every = np.unique(np.concatenate([softer, harder]))
    tries = (every[1:] + every[:-1]) / 2
    if not len(tries):
        return float(every[0]), 0.0
    shares = np.minimum((softer[:, None] < tries).mean(axis=0), (harder[:, None] >= tries).mean(axis=0))
    best = int(shares.argmax())
    return round(float(tries[best]), 4), float(shares[best])
