"""A loop as the solver sees it: which sound is struck when and how hard, and how each sound may spread."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.solving import framing


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Hits on a loop of `frames` frames. A take is the one sound of a drum; a track may have several.

    tracks (takes,) names; take, start, gain, delta (hits,): the take struck, the frame its shot begins at,
    how loud, and the power of its own deviation relative to the take's; origin (hits,): which of the hits that were
    heard it is, -1 for one that was added since; variance (takes, stft_frames, bins) of a
    shot of shot_frames frames at gain 1; noise: power of what nothing explains. circular: tails wrap.
    """

    frames: int
    shot_frames: int
    tracks: tuple[str, ...]
    take: np.ndarray
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
        """The scene with those hits alone, chosen by mask or index."""
        return replace(self, take=self.take[hits], start=self.start[hits], gain=self.gain[hits],
                       delta=self.delta[hits], origin=self.origin[hits])

    def plus(self, take: list[int], start: list[int], gain: list[float], delta: float) -> "Scene":
        """The scene with more hits, none of which was heard before."""
        count = len(take)
        return replace(self, take=np.append(self.take, np.array(take, int)),
                       start=np.append(self.start, np.array(start, int)), gain=np.append(self.gain, gain),
                       delta=np.append(self.delta, np.full(count, delta)),
                       origin=np.append(self.origin, np.full(count, -1)))

    @property
    def soundings(self) -> list[tuple[int, int]]:
        """(hit, start) of all that sounds in the loop; a hit whose tail wraps sounds again one loop earlier."""
        if not self.circular:
            return [(hit, int(start)) for hit, start in enumerate(self.start)]
        found = [(hit, int(start) % self.frames) for hit, start in enumerate(self.start)]
        found += [(hit, start - self.frames) for hit, start in found if start + self.shot_frames > self.frames]
        return found

    def played(self, shots: Tensor, only: int | None = None) -> Tensor:
        """The loop (..., frames) that shots (..., takes, shot_frames) make, of one take or of all."""
        out = shots.new_zeros((*shots.shape[:-2], self.frames))
        for hit, start in self.soundings:
            take = int(self.take[hit])
            if only is None or take == only:
                first, last = max(start, 0), min(start + self.shot_frames, self.frames)
                out[..., first:last].add_(shots[..., take, first - start : last - start], alpha=float(self.gain[hit]))
        return out

    def gathered(self, loop: Tensor) -> Tensor:
        """The adjoint of `played`: (..., takes, shot_frames) of loop (..., frames)."""
        out = loop.new_zeros((*loop.shape[:-1], len(self.tracks), self.shot_frames))
        for hit, start in self.soundings:
            first, last = max(start, 0), min(start + self.shot_frames, self.frames)
            out[..., int(self.take[hit]), first - start : last - start].add_(loop[..., first:last],
                                                                             alpha=float(self.gain[hit]))
        return out

    def placed(self, power: Tensor, weights: np.ndarray, only: int | None = None) -> Tensor:
        """(stft_frames, bins) of the loop: power (takes, shot's stft_frames, bins) at every hit, times weights
        (hits,), shared between the two nearest STFT frames."""
        count = framing.stft_frames_of(self.frames)
        out = power.new_zeros((count, power.shape[-1]))
        for hit, start in self.soundings:
            take = int(self.take[hit])
            if only is not None and take != only:
                continue
            column, part = divmod(start / framing.HOP_FRAMES, 1.0)
            for offset, share in ((int(column), 1.0 - part), (int(column) + 1, part)):
                first, last = max(offset, 0), min(offset + power.shape[-2], count)
                if share > 0.0 and last > first:
                    out[first:last].add_(power[take, first - offset : last - offset], alpha=share * float(weights[hit]))
        return out

    def gathered_power(self, precision: Tensor) -> Tensor:
        """(takes, shot's stft_frames, bins): precision (stft_frames, bins) summed over each take's hits, times
        their squared gains: the adjoint of `placed`."""
        count = framing.stft_frames_of(self.shot_frames)
        out = precision.new_zeros((len(self.tracks), count, precision.shape[-1]))
        for hit, start in self.soundings:
            offset = round(start / framing.HOP_FRAMES)
            first, last = max(offset, 0), min(offset + count, len(precision))
            out[int(self.take[hit]), first - offset : last - offset].add_(precision[first:last],
                                                                          alpha=float(self.gain[hit]) ** 2)
        return out


def segments(loop: Tensor, starts: np.ndarray, frames: int, circular: bool) -> Tensor:
    """(..., hits, frames) of loop (..., frames): what is heard from each start on, round the end or silence."""
    places = torch.from_numpy(np.asarray(starts))[:, None] + torch.arange(frames)
    length = loop.shape[-1]
    cut = loop[..., (places % length).to(loop.device)]
    if circular:
        return cut
    return cut * ((places >= 0) & (places < length)).to(loop)
