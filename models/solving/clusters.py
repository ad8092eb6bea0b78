"""Which hits of a drum share one sound: soft and hard strokes of a played drum differ, and so do round robins."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from torch import Tensor

from models.solving.posterior import Posterior
from models.solving.scene import Scene
from models.solving.timing import LISTEN_S, at_fft_size, fade_out, own_sounds, whitening

MOST_CLUSTERS = 3        # of a drum
_ALIKE = 0.55            # correlation from which on two sounds are one: copies have 0.9, different ones 0.1
_REACH_S = 0.001
_SORTED = 0.8            # share of hits that a velocity threshold must put on the right side to be used
SOFTEST_STROKE = 1 / 127  # the lowest velocity that MIDI can express


def split(scene: Scene, posterior: Posterior, loop: Tensor, sample_rate: int) -> tuple[Scene, Posterior]:
    """The scene with a cluster for each group of a track's hits that sound alike. Every new cluster starts from the
    variance and the one-shot of the track's first one."""
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), round(_REACH_S * sample_rate)
    sounds = own_sounds(scene, posterior, loop, scene.start - reach, listen + 2 * reach)
    white = whitening(scene, posterior.error, listen)
    names = np.array(scene.tracks)[scene.cluster]
    tracks: list[str] = []
    sources: list[int] = []
    cluster = scene.cluster.copy()
    for track in dict.fromkeys(scene.tracks):
        mine = np.flatnonzero(names == track)
        groups = grouped(correlations(sounds[mine], white[mine], reach), scene.gain[mine])
        cluster[mine] = len(tracks) + groups
        count = int(groups.max(initial=0)) + 1
        tracks += [track] * count
        sources += [scene.tracks.index(track)] * count
    return (replace(scene, tracks=tuple(tracks), cluster=cluster, variance=scene.variance[sources]),
            Posterior(posterior.shots[..., sources, :], posterior.error))


def correlations(sounds: Tensor, weights: Tensor, reach: int) -> np.ndarray:
    """(hits, hits) whitened correlation -1..1 of every two sounds (hits, listen + 2 * reach), at the best lag within
    +-reach frames. weights (hits, bins) whiten, averaged over the hits."""
    if len(sounds) < 2:
        return np.ones((len(sounds), len(sounds)))
    listen = sounds.shape[-1] - 2 * reach
    size = 1 << (sounds.shape[-1] - 1).bit_length()
    white = at_fft_size(weights.mean(dim=0, keepdim=True), size)[0]
    spectra = torch.fft.rfft(sounds[:, reach : reach + listen] * fade_out(listen), n=size) * white.sqrt()
    energy = torch.fft.irfft(spectra.abs().square(), n=size)[:, 0]
    rows = []
    for spectrum, own in zip(spectra, energy, strict=True):
        cross = torch.fft.irfft(spectra * spectrum.conj(), n=size)
        best = torch.cat([cross[:, : reach + 1], cross[:, -reach:]], dim=1).amax(dim=1)
        rows.append(best / (energy * own).clamp_min(1e-30).sqrt())
    return torch.stack(rows).double().numpy()


def grouped(correlation: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """(hits,) the group of each hit, 0 for the one with the most energy, by average linkage on 1 - correlation.

    correlation (hits, hits); gain (hits,). A group needs two hits: a sound that occurs once may only be a disturbed
    copy, so it joins the group that holds its nearest hit, as do the hits of all groups beyond MOST_CLUSTERS.
    """
    if len(correlation) < 2:
        return np.zeros(len(correlation), int)
    apart = 1.0 - np.clip((correlation + correlation.T) / 2, 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    found = fcluster(linkage(squareform(apart, checks=False), "average"), 1.0 - _ALIKE, "distance") - 1
    energy = np.bincount(found, gain**2)
    often = [int(group) for group in np.argsort(-energy, kind="stable") if (found == group).sum() > 1][:MOST_CLUSTERS]
    if not often:
        return np.zeros(len(correlation), int)
    nearest = np.stack([correlation[:, found == group].max(axis=1) for group in often]).argmax(axis=0)
    return np.array([often.index(group) if group in often else near
                     for group, near in zip(found, nearest, strict=True)])


@dataclass(frozen=True, slots=True)
class VelocityBand:
    """Clusters that play hits of `velocity` and harder, up to the next band, as round robins."""

    velocity: float
    clusters: tuple[int, ...]


def velocity_bands(velocities: dict[int, np.ndarray]) -> list[VelocityBand]:
    """Clusters sorted into velocity bands, the softest first; velocities (hits,) by cluster.

    Two clusters share a band, as round robins, where no velocity threshold separates their hits.
    """
    found: list[VelocityBand] = []
    for cluster in sorted(velocities, key=lambda one: (float(np.median(velocities[one])), one)):
        if found:
            softer = np.concatenate([velocities[one] for one in found[-1].clusters])
            threshold, share = _threshold(softer, velocities[cluster])
            if share < _SORTED:
                found[-1] = replace(found[-1], clusters=(*found[-1].clusters, cluster))
                continue
            found.append(VelocityBand(threshold, (cluster,)))
        else:
            found.append(VelocityBand(SOFTEST_STROKE, (cluster,)))
    return found


def _threshold(softer: np.ndarray, harder: np.ndarray) -> tuple[float, float]:
    """The velocity that best separates two sets of hits, and the share of either on its own side, the smaller one."""
    every = np.unique(np.concatenate([softer, harder]))
    tries = (every[1:] + every[:-1]) / 2
    if not len(tries):
        return float(every[0]), 0.0
    shares = np.minimum((softer[:, None] < tries).mean(axis=0), (harder[:, None] >= tries).mean(axis=0))
    best = int(shares.argmax())
    return round(float(tries[best]), 4), float(shares[best])
