"""When and how loud each hit is: its own sound, cross-correlated with its one-shot over a few milliseconds of lag.

A hit's own sound is what is left of the loop when every other hit is subtracted. Only its first 80 ms count, faded out,
and every frequency is weighted by one over the variance that is expected there (whitening).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.solving import stft
from models.solving.posterior import Posterior
from models.solving.scene import Scene, segments

LISTEN_S = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Hits compared with their one-shots at the lag of the largest whitened cross-correlation, (hits,) each: lag, in
    frames, positive where the hit is later than its start; gain of the one-shot in it; correlation, -1..1."""

    lag: np.ndarray
    gain: np.ndarray
    correlation: np.ndarray


def own_sounds(scene: Scene, posterior: Posterior, loop: Tensor, starts: np.ndarray, frames: int) -> Tensor:
    """(hits, frames) on the CPU: the residual from each start on, plus the hit's own one-shot times its gain, which
    begins at scene.start; all other hits are thereby subtracted."""
    left = segments(loop - scene.played(posterior.shots), starts, frames, scene.circular).cpu()
    shots = posterior.shots[:, : 2 * frames].cpu()[scene.cluster] * torch.from_numpy(scene.gain).float()[:, None]
    ahead = scene.start - starts
    for hit in range(len(starts)):
        first, skipped = max(int(ahead[hit]), 0), max(-int(ahead[hit]), 0)
        part = shots[hit, skipped : skipped + frames - first]
        left[hit, first : first + len(part)] += part
    return left


def whitening(scene: Scene, error: Tensor, listen_frames: int) -> Tensor:
    """(hits, bins) on the CPU: one over the mean of the error variance (stft_frames, bins) during each hit."""
    ahead = torch.arange(1, 2 + listen_frames // stft.HOP_FRAMES)
    columns = torch.from_numpy(scene.start)[:, None] / stft.HOP_FRAMES + ahead
    return 1.0 / error.cpu()[columns.round().long() % len(error)].mean(dim=1)


def fade_out(frames: int) -> Tensor:
    """(frames,) 1 in the first half, then a raised cosine down to 0."""
    fade = torch.ones(frames)
    fade[frames // 2 :] = 0.5 + 0.5 * torch.cos(torch.pi * torch.linspace(0.0, 1.0, frames - frames // 2))
    return fade


def at_fft_size(weights: Tensor, size: int) -> Tensor:
    """Whitening weights (hits, bins) interpolated to the bins of a transform of `size` frames."""
    return torch.nn.functional.interpolate(weights[:, None], size=size // 2 + 1, mode="linear")[:, 0]


def compare(sounds: Tensor, shots: Tensor, weights: Tensor) -> Comparison:
    """Find shots (hits, listen) in sounds (hits, listen + 2 * reach) at any lag within +-reach frames.

    Lag 0 is where a shot begins `reach` frames into its sound. weights (hits, bins) whiten.
    """
    listen = shots.shape[-1]
    reach = (sounds.shape[-1] - listen) // 2
    size = 1 << (sounds.shape[-1] - 1).bit_length()
    fade, weight = fade_out(listen), at_fft_size(weights, size)
    spectra = torch.fft.rfft(sounds, n=size)
    cross = torch.fft.irfft(spectra * torch.fft.rfft(shots * fade**2, n=size).conj() * weight)[:, : 2 * reach + 1]
    lag = cross.argmax(dim=1)
    energy = torch.fft.irfft(torch.fft.rfft(shots * fade, n=size).abs().square() * weight)[:, 0]
    mask = torch.zeros_like(sounds)
    for hit in range(len(lag)):
        mask[hit, lag[hit] : lag[hit] + listen] = fade
    sound_energy = torch.fft.irfft(torch.fft.rfft(sounds * mask, n=size).abs().square() * weight)[:, 0]
    best = cross.gather(1, lag[:, None])[:, 0]
    return Comparison(lag.numpy() - reach, (best / energy.clamp_min(1e-20)).double().numpy(),
                      (best / (energy * sound_energy).clamp_min(1e-30).sqrt()).double().numpy())


def compare_hits(scene: Scene, posterior: Posterior, loop: Tensor, sample_rate: int, centre: np.ndarray,
                 reach_s: float) -> Comparison:
    """Each hit of a solved scene compared with its one-shot, at every lag within +-reach_s of start `centre`."""
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), max(round(reach_s * sample_rate), 0)
    sounds = own_sounds(scene, posterior, loop, centre - reach, listen + 2 * reach)
    shots = posterior.shots[:, :listen].cpu()[scene.cluster]
    return compare(sounds, shots, whitening(scene, posterior.error, listen))


def aligned(scene: Scene, stems: Tensor, sample_rate: int, reach_s: float, passes: int = 3) -> np.ndarray:
    """(hits,) starts at which the hits of a cluster sound most alike in its stem, from stems (clusters, frames).

    Each is compared with the loudest hit first, then with the weighted mean of all. The cluster's mean start is kept.
    """
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), round(reach_s * sample_rate)
    total = scene.placed(scene.variance, scene.gain**2) + scene.noise
    white = whitening(scene, total, listen)
    starts = scene.start.copy()
    for cluster in range(len(scene.tracks)):
        mine = np.flatnonzero(scene.cluster == cluster)
        if len(mine) < 2:
            continue
        sounds = segments(stems[cluster], scene.start[mine] - reach, listen + 2 * reach, scene.circular).cpu()
        loudest = int(np.argmax(scene.gain[mine]))
        reference = sounds[loudest, reach : reach + listen]
        for _ in range(passes):
            found = compare(sounds, reference.expand(len(mine), -1), white[mine])
            cut = torch.stack([sounds[row, reach + lag : reach + lag + listen] for row, lag in enumerate(found.lag)])
            weights = torch.from_numpy(np.maximum(found.correlation, 0.01) ** 2 * scene.gain[mine]).float()
            reference = (weights[:, None] * cut).sum(dim=0)
        shift = np.average(found.lag, weights=np.maximum(found.correlation, 0.01) ** 2)
        starts[mine] = scene.start[mine] + found.lag - round(float(shift))
    return starts
