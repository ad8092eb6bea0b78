"""How each take's power spreads over time and frequency: the mixture of exemplars that explains the loop best."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from models.solving import framing
from models.solving.priors import Prior, at_times, to_bins
from models.solving.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """The prior on a solver's frames: tables (exemplars, shot's stft_frames, bands) by track; bins (bands, bins)
    turns bands to bins, bands (bins, bands) takes the mean power of each band."""

    tables: dict[str, Tensor]
    bins: Tensor
    bands: Tensor

    def on(self, device: torch.device) -> "Palette":
        """The same on a device."""
        return Palette({track: table.to(device) for track, table in self.tables.items()}, self.bins.to(device),
                       self.bands.to(device))


def palette(prior: Prior, tracks: tuple[str, ...], sample_rate: int, shot_frames: int, lead_frames: int) -> Palette:
    """The prior for shots of shot_frames frames whose attack is lead_frames after their start."""
    wanted_s = (framing.centre_frames(framing.stft_frames_of(shot_frames)).numpy() - lead_frames) / sample_rate
    tables = {track: torch.from_numpy(at_times(prior.of(track), prior.times_s, wanted_s)) for track in tracks}
    bins = to_bins(prior.centres_hz, sample_rate, framing.BINS)
    return Palette(tables, bins, (bins / bins.sum(dim=1, keepdim=True).clamp_min(1e-9)).T.contiguous())


def shortened(scene: Scene, known: Palette) -> tuple[Scene, Palette]:
    """The same with shots no longer than any take can be heard above the noise: shorter is quicker."""
    loudest = float(np.square(scene.gain).max(initial=1e-6))
    heard = (scene.variance.mean(dim=-1) * loudest > scene.noise).any(dim=0).nonzero()
    count = int(heard[-1]) + 1 if len(heard) else 1
    frames = min(max((count + 1) * framing.HOP_FRAMES, 2 * framing.WINDOW_FRAMES), scene.shot_frames)
    count = framing.stft_frames_of(frames)
    tables = {track: table[:, :count] for track, table in known.tables.items()}
    return (replace(scene, shot_frames=frames, variance=scene.variance[:, :count]), replace(known, tables=tables))


def fitted(scene: Scene, loop: Tensor, known: Palette, rounds: int) -> Tensor:
    """(takes, shot's stft_frames, bins): variances of the takes, as non-negative sums of their exemplars with
    which all hits' power comes nearest to the loop's (Itakura-Saito, multiplicative updates; Fevotte, 2009)."""
    heard = framing.REDUNDANCY * framing.forward(loop).abs().square() @ known.bands  # (stft_frames, bands)
    power = heard + scene.noise
    columns, owners = [], []
    for take, track in enumerate(scene.tracks):
        for exemplar in known.tables[track]:
            padded = exemplar.expand(len(scene.tracks), -1, -1)
            columns.append(scene.placed(padded, scene.gain**2, take).flatten())
            owners.append(take)
    patterns = torch.stack(columns)                                   # (all exemplars, stft_frames * bands)
    target = power.flatten()
    weights = (target.sum() / patterns.sum(dim=1).clamp_min(1e-9) / len(columns)).clamp_min(1e-12)
    for _ in range(rounds):
        inverse = 1.0 / (weights @ patterns + scene.noise)
        weights = weights * ((patterns @ (target * inverse**2)) / (patterns @ inverse).clamp_min(1e-20)).sqrt()
    tables = []
    for take, track in enumerate(scene.tracks):
        mine = weights[np.array(owners) == take]
        tables.append(torch.einsum("e,etb->tb", mine, known.tables[track]) @ known.bins)
    return torch.stack(tables)
