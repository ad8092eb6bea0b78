"""The hits of a loop as the solver sees them, and the linear maps between one-shots and the loop they render.

Every hit belongs to a cluster, the hits that share one one-shot. `played` renders one-shots at the hits (A s) and
`gathered` is its adjoint (A' x); `placed` and `gathered_power` do the same with variances over time and frequency.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.solving import stft


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Hits on a loop of `frames` frames.

    tracks (clusters,): the track of each cluster; a track may have several. Per hit (hits,): cluster; start, the frame
    at which its one-shot begins; gain, linear; delta, the variance of its own deviation over that of the one-shot;
    origin, its index among the transcribed hits, -1 for one that was added. variance (clusters, stft_frames, bins): of
    a one-shot of shot_frames frames at gain 1, per STFT coefficient. noise: the variance of what no hit explains.
    circular: tails wrap round the end of the loop.
    """

    frames: int
    shot_frames: int
    tracks: tuple[str, ...]
    cluster: np.ndarray
    start: np.ndarray
    gain: np.ndarray
    delta: np.ndarray
    origin: np.ndarray
    variance: Tensor
    noise: float
    circular: bool = True

    def __post_init__(self) -> None:
        assert self.shot_frames <= self.frames

    def only(self, hits: np.ndarray) -> "Scene":
        """The scene with the chosen hits alone; `hits` is a mask or indices."""
        return replace(self, cluster=self.cluster[hits], start=self.start[hits], gain=self.gain[hits],
                       delta=self.delta[hits], origin=self.origin[hits])

    def plus(self, cluster: list[int], start: list[int], gain: list[float], delta: float) -> "Scene":
        """The scene with added hits, of origin -1."""
        count = len(cluster)
        return replace(self, cluster=np.append(self.cluster, np.array(cluster, int)),
                       start=np.append(self.start, np.array(start, int)), gain=np.append(self.gain, gain),
                       delta=np.append(self.delta, np.full(count, delta)),
                       origin=np.append(self.origin, np.full(count, -1)))

    @property
    def occurrences(self) -> list[tuple[int, int]]:
        """(hit, start) of everything that sounds in the loop; a hit whose tail wraps sounds again one loop earlier."""
        if not self.circular:
            return [(hit, int(start)) for hit, start in enumerate(self.start)]
        found = [(hit, int(start) % self.frames) for hit, start in enumerate(self.start)]
        found += [(hit, start - self.frames) for hit, start in found if start + self.shot_frames > self.frames]
        return found

    def played(self, shots: Tensor, only: int | None = None) -> Tensor:
        """A s: the loop (..., frames) that shots (..., clusters, shot_frames) render, of one cluster or of all."""
        out = shots.new_zeros((*shots.shape[:-2], self.frames))
        for hit, start in self.occurrences:
            cluster = int(self.cluster[hit])
            if only is None or cluster == only:
                first, last = max(start, 0), min(start + self.shot_frames, self.frames)
                out[..., first:last].add_(shots[..., cluster, first - start : last - start],
                                          alpha=float(self.gain[hit]))
        return out

    def gathered(self, loop: Tensor) -> Tensor:
        """A' x, the adjoint of `played`: (..., clusters, shot_frames) of loop (..., frames)."""
        out = loop.new_zeros((*loop.shape[:-1], len(self.tracks), self.shot_frames))
        for hit, start in self.occurrences:
            first, last = max(start, 0), min(start + self.shot_frames, self.frames)
            out[..., int(self.cluster[hit]), first - start : last - start].add_(loop[..., first:last],
                                                                                alpha=float(self.gain[hit]))
        return out

    def placed(self, power: Tensor, weights: np.ndarray, only: int | None = None) -> Tensor:
        """(stft_frames, bins) of the loop: the sum over hits of weights (hits,) times their cluster's power (clusters,
        a shot's stft_frames, bins), shifted to the hit; between two STFT frames it is split linearly."""
        count = stft.stft_frames_of(self.frames)
        out = power.new_zeros((count, power.shape[-1]))
        for hit, start in self.occurrences:
            cluster = int(self.cluster[hit])
            if only is not None and cluster != only:
                continue
            column, part = divmod(start / stft.HOP_FRAMES, 1.0)
            for offset, share in ((int(column), 1.0 - part), (int(column) + 1, part)):
                first, last = max(offset, 0), min(offset + power.shape[-2], count)
                if share > 0.0 and last > first:
                    out[first:last].add_(power[cluster, first - offset : last - offset],
                                         alpha=share * float(weights[hit]))
        return out

    def gathered_power(self, precision: Tensor) -> Tensor:
        """(clusters, a shot's stft_frames, bins): the sum over each cluster's hits of gain^2 times the loop's precision
        (stft_frames, bins) at the hit: the adjoint of `placed`, to the nearest STFT frame."""
        count = stft.stft_frames_of(self.shot_frames)
        out = precision.new_zeros((len(self.tracks), count, precision.shape[-1]))
        for hit, start in self.occurrences:
            offset = round(start / stft.HOP_FRAMES)
            first, last = max(offset, 0), min(offset + count, len(precision))
            out[int(self.cluster[hit]), first - offset : last - offset].add_(precision[first:last],
                                                                             alpha=float(self.gain[hit]) ** 2)
        return out


def segments(loop: Tensor, starts: np.ndarray, frames: int, circular: bool) -> Tensor:
    """(..., hits, frames): loop (..., frames) cut from each start on; beyond its ends it wraps, or is silent."""
    places = torch.from_numpy(np.asarray(starts))[:, None] + torch.arange(frames)
    length = loop.shape[-1]
    cut = loop[..., (places % length).to(loop.device)]
    if circular:
        return cut
    return cut * ((places >= 0) & (places < length)).to(loop)
