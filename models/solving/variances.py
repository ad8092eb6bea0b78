"""Each cluster's variance over time and frequency: the mixture of its drum's exemplars that best explains the loop."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.solving import stft
from models.solving.priors import Prior, at_times, to_bins
from models.solving.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class SampledPrior:
    """The prior on the solver's time and frequency grid. tables: (exemplars, a shot's stft_frames, bands) power by
    track; to_bins (bands, bins) interpolates bands at bins; to_bands (bins, bands) averages bins into bands."""

    tables: dict[str, Tensor]
    to_bins: Tensor
    to_bands: Tensor

    def on(self, device: torch.device) -> "SampledPrior":
        """The same on a device."""
        return SampledPrior({track: table.to(device) for track, table in self.tables.items()},
                            self.to_bins.to(device), self.to_bands.to(device))


def sample_prior(prior: Prior, tracks: tuple[str, ...], sample_rate: int, shot_frames: int,
                 lead_frames: int) -> SampledPrior:
    """The prior for one-shots of shot_frames frames whose attack comes lead_frames after their start."""
    wanted_s = (stft.centre_frames(stft.stft_frames_of(shot_frames)).numpy() - lead_frames) / sample_rate
    tables = {track: torch.from_numpy(at_times(prior.of(track), prior.times_s, wanted_s)) for track in tracks}
    bins = to_bins(prior.centres_hz, sample_rate, stft.BINS)
    return SampledPrior(tables, bins, (bins / bins.sum(dim=1, keepdim=True).clamp_min(1e-9)).T.contiguous())


def shortened(scene: Scene, prior: SampledPrior) -> tuple[Scene, SampledPrior]:
    """The same with one-shots cut where even the loudest hit's expected power is below the noise: it solves faster."""
    loudest = float(np.square(scene.gain).max(initial=1e-6))
    audible = (scene.variance.mean(dim=-1) * loudest > scene.noise).any(dim=0).nonzero()
    count = int(audible[-1]) + 1 if len(audible) else 1
    frames = min(max((count + 1) * stft.HOP_FRAMES, 2 * stft.WINDOW_FRAMES), scene.shot_frames)
    count = stft.stft_frames_of(frames)
    tables = {track: table[:, :count] for track, table in prior.tables.items()}
    return (replace(scene, shot_frames=frames, variance=scene.variance[:, :count]), replace(prior, tables=tables))


def fit_variances(scene: Scene, loop: Tensor, prior: SampledPrior, updates: int) -> Tensor:
    """(clusters, a shot's stft_frames, bins): variances V_c = sum over exemplars e of w_ce * exemplar_e, w >= 0.

    The weights w minimise the Itakura-Saito divergence between the loop's power and the sum over hits of g^2 * V_c
    plus noise, by multiplicative updates with exponent 1/2 (NMF with fixed patterns; Févotte et al., 2009).
    """
    loop_power = stft.REDUNDANCY * stft.forward(loop).abs().square() @ prior.to_bands  # (stft_frames, bands)
    power = loop_power + scene.noise
    columns, owners = [], []
    for cluster, track in enumerate(scene.tracks):
        for exemplar in prior.tables[track]:
            padded = exemplar.expand(len(scene.tracks), -1, -1)
            columns.append(scene.placed(padded, scene.gain**2, cluster).flatten())
            owners.append(cluster)
    patterns = torch.stack(columns)                                   # (all exemplars, stft_frames * bands)
    target = power.flatten()
    weights = (target.sum() / patterns.sum(dim=1).clamp_min(1e-9) / len(columns)).clamp_min(1e-12)
    for _ in range(updates):
        inverse = 1.0 / (weights @ patterns + scene.noise)
        weights = weights * ((patterns @ (target * inverse**2)) / (patterns @ inverse).clamp_min(1e-20)).sqrt()
    tables = []
    for cluster, track in enumerate(scene.tracks):
        mine = weights[np.array(owners) == cluster]
        tables.append(torch.einsum("e,etb->tb", mine, prior.tables[track]) @ prior.to_bins)
    return torch.stack(tables)
