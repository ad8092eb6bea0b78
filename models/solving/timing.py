"""When and how hard each hit falls: its own sound compared with its take at every small lag."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.solving import framing
from models.solving.posterior import Posterior
from models.solving.scene import Scene, segments

LISTEN_S = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How each hit's own sound compares with its take, (hits,) each: lag, frames by which it comes later than its
    start says; gain of the take in it; correlation with the take -1..1, whitened by the expected error."""

    lag: np.ndarray
    gain: np.ndarray
    correlation: np.ndarray


def own_sounds(scene: Scene, posterior: Posterior, loop: Tensor, starts: np.ndarray, frames: int) -> Tensor:
    """(hits, frames) on the CPU: what is heard from each start on when all other hits are silent: residual plus the
    own part of a hit, whose shot begins scene.start - starts later."""
    left = segments(loop - scene.played(posterior.shots), starts, frames, scene.circular).cpu()
    shots = posterior.shots[:, : 2 * frames].cpu()[scene.take] * torch.from_numpy(scene.gain).float()[:, None]
    ahead = scene.start - starts
    for hit in range(len(starts)):
        first, skipped = max(int(ahead[hit]), 0), max(-int(ahead[hit]), 0)
        part = shots[hit, skipped : skipped + frames - first]
        left[hit, first : first + len(part)] += part
    return left


def whitening(scene: Scene, error: Tensor, listen_frames: int) -> Tensor:
    """(hits, bins) on the CPU: one over the mean error variance (stft_frames, bins) while each hit is listened to."""
    ahead = torch.arange(1, 2 + listen_frames // framing.HOP_FRAMES)
    columns = torch.from_numpy(scene.start)[:, None] / framing.HOP_FRAMES + ahead
    return 1.0 / error.cpu()[columns.round().long() % len(error)].mean(dim=1)


def fade_out(frames: int) -> Tensor:
    """(frames,) 1, and from the middle on down to 0: what is listened to of a hit."""
    fade = torch.ones(frames)
    fade[frames // 2 :] = 0.5 + 0.5 * torch.cos(torch.pi * torch.linspace(0.0, 1.0, frames - frames // 2))
    return fade


def spread(weights: Tensor, size: int) -> Tensor:
    """Whitening weights (hits, bins) for transforms of `size` frames."""
    return torch.nn.functional.interpolate(weights[:, None], size=size // 2 + 1, mode="linear")[:, 0]


def likeness(heard: Tensor, takes: Tensor, weights: Tensor) -> Likeness:
    """Compare heard (hits, listen + 2 * reach) with takes (hits, listen), which are found at lag 0 when they begin
    `reach` late. weights (hits, bins) whiten."""
    listen = takes.shape[-1]
    reach = (heard.shape[-1] - listen) // 2
    size = 1 << (heard.shape[-1] - 1).bit_length()
    fade, weight = fade_out(listen), spread(weights, size)
    heard_bins = torch.fft.rfft(heard, n=size)
    cross = torch.fft.irfft(heard_bins * torch.fft.rfft(takes * fade**2, n=size).conj() * weight)[:, : 2 * reach + 1]
    lag = cross.argmax(dim=1)
    energy = torch.fft.irfft(torch.fft.rfft(takes * fade, n=size).abs().square() * weight)[:, 0]
    mask = torch.zeros_like(heard)
    for hit in range(len(lag)):
        mask[hit, lag[hit] : lag[hit] + listen] = fade
    there = torch.fft.irfft(torch.fft.rfft(heard * mask, n=size).abs().square() * weight)[:, 0]
    best = cross.gather(1, lag[:, None])[:, 0]
    return Likeness(lag.numpy() - reach, (best / energy.clamp_min(1e-20)).double().numpy(),
                    (best / (energy * there).clamp_min(1e-30).sqrt()).double().numpy())


def compared(scene: Scene, posterior: Posterior, loop: Tensor, sample_rate: int, centre: np.ndarray,
             reach_s: float) -> Likeness:
    """Every hit of a solved scene compared with its take, at every lag within reach_s of the start `centre`."""
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), max(round(reach_s * sample_rate), 0)
    heard = own_sounds(scene, posterior, loop, centre - reach, listen + 2 * reach)
    takes = posterior.shots[:, :listen].cpu()[scene.take]
    return likeness(heard, takes, whitening(scene, posterior.error, listen))


def aligned(scene: Scene, stems: Tensor, sample_rate: int, reach_s: float, passes: int = 3) -> np.ndarray:
    """(hits,) starts at which the hits of each take sound alike in its stem (takes, frames): compared with the
    strongest first, then with their mean. A take keeps its mean start."""
    listen, reach = min(round(LISTEN_S * sample_rate), scene.shot_frames), round(reach_s * sample_rate)
    total = scene.placed(scene.variance, scene.gain**2) + scene.noise
    white = whitening(scene, total, listen)
    starts = scene.start.copy()
    for take in range(len(scene.tracks)):
        mine = np.flatnonzero(scene.take == take)
        if len(mine) < 2:
            continue
        heard = segments(stems[take], scene.start[mine] - reach, listen + 2 * reach, scene.circular).cpu()
        reference = int(np.argmax(scene.gain[mine]))
        pattern = heard[reference, reach : reach + listen]
        for _ in range(passes):
            found = likeness(heard, pattern.expand(len(mine), -1), white[mine])
            cut = torch.stack([heard[row, reach + lag : reach + lag + listen] for row, lag in enumerate(found.lag)])
            weights = torch.from_numpy(np.maximum(found.correlation, 0.01) ** 2 * scene.gain[mine]).float()
            pattern = (weights[:, None] * cut).sum(dim=0)
        shift = np.average(found.lag, weights=np.maximum(found.correlation, 0.01) ** 2)
        starts[mine] = scene.start[mine] + found.lag - round(float(shift))
    return starts
