"""Analysis by synthesis with gradients: one-shots, gains and times of an extracted kit, improved by descent through the
renderer. The paper suggests its renderer for this and does not do it; everything here is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from models.papers.tao.renderer import Renderer
from models.plugins import Audio, Extraction, Onset, ignore_progress

_WINDOWS = (2048, 512, 128)
_FARTHEST_S = 0.004  # a hit moves by less than this
_SOFTEST = 0.01


@dataclass(frozen=True, slots=True)
class Descent:
    """How far and how fast to go. rates: Adam's for times (in frames), gains (in nepers) and one-shots (relative to
    their rms); keep: the weight of staying near the given one-shots."""

    steps: int = 60
    time_rate: float = 0.5
    gain_rate: float = 0.02
    shot_rate: float = 0.02
    keep: float = 0.03


class Kit(nn.Module):
    """What is refined: a shot per track (channels, shot_frames), and places and gains of its hits."""

    def __init__(self, shots: list[Tensor], places: list[Tensor], gains: list[Tensor], farthest: float) -> None:
        super().__init__()
        self.farthest = farthest
        self.scales = [float(shot.square().mean().sqrt()) + 1e-9 for shot in shots]
        self.first, self.places, self.gains = shots, places, gains
        self.moves = nn.ParameterList([torch.zeros_like(place) for place in places])
        self.nepers = nn.ParameterList([torch.zeros_like(gain) for gain in gains])
        self.changes = nn.ParameterList([torch.zeros_like(shot) for shot in shots])

    def shot(self, track: int) -> Tensor:
        """A track's one-shot as it is now."""
        return self.first[track] + self.scales[track] * self.changes[track]

    def place(self, track: int) -> Tensor:
        """Its hits' places, in sample frames."""
        return self.places[track] + self.farthest * torch.tanh(self.moves[track] / self.farthest)

    def gain(self, track: int) -> Tensor:
        """Its hits' gains."""
        return self.gains[track] * torch.exp(self.nepers[track])

    def rendered(self, renderer: Renderer) -> Tensor:
        """(channels, frames): all tracks as played."""
        stems = [renderer.hits(self.place(track)[None], self.gain(track)[None], self.shot(track))
                 for track in range(len(self.first))]
        return torch.stack(stems).sum(dim=0)


def refined(audio: Audio, sample_rate: int, made: Extraction, descent: Descent | None = None,
            report: Callable[[float], None] = ignore_progress) -> Extraction:
    """The extraction with hits and one-shots that render audio (channels, frames), a circular loop, more closely.

    Tracks with velocity layers stay as they are. The stems stay, too. Deterministic.
    """
    descent = descent or Descent()
    tracks = [name for name, shot in made.shots.items() if not shot.layers and made.transcription.of(name)]
    if not tracks:
        return made
    fixed = [made.stems[name] for name in made.shots if name not in tracks and name in made.stems]
    target = torch.from_numpy(np.asarray(audio - sum(fixed) if fixed else audio, np.float32))
    hits = {name: made.transcription.of(name) for name in tracks}
    kit = Kit([torch.from_numpy(np.asarray(made.shots[name].audio * made.shots[name].gain, np.float32))
               for name in tracks],
              [torch.tensor([hit.time_s * sample_rate for hit in hits[name]]) for name in tracks],
              [torch.tensor([hit.velocity for hit in hits[name]]) for name in tracks], _FARTHEST_S * sample_rate)
    descend(kit, target, Renderer(sample_rate, audio.shape[1], circular=True), descent, report)
    return _extraction(made, kit, tracks, hits, sample_rate)


def descend(kit: Kit, target: Tensor, renderer: Renderer, descent: Descent, report: Callable[[float], None]) -> None:
    """Take the steps of the descent."""
    optimizer = torch.optim.Adam([{"params": list(kit.moves), "lr": descent.time_rate},
                                  {"params": list(kit.nepers), "lr": descent.gain_rate},
                                  {"params": list(kit.changes), "lr": descent.shot_rate}])
    for step in range(descent.steps):
        report(step / descent.steps)
        away = sum((change.square().mean() for change in kit.changes), torch.zeros(()))
        loss = distance(kit.rendered(renderer), target) + descent.keep * away
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()


def distance(found: Tensor, target: Tensor) -> Tensor:
    """The mean squared error relative to the target's power, plus, over three window lengths, the relative difference
    of the square roots of STFT magnitudes, in which soft parts count."""
    total = (found - target).square().mean() / target.square().mean().clamp(min=1e-12)
    for frames in _WINDOWS:
        window = torch.hann_window(frames, device=found.device)
        ours, theirs = ((torch.stft(one, frames, frames // 4, window=window, pad_mode="constant", return_complex=True)
                         .abs().square() + 1e-8).pow(0.25) for one in (found, target))
        total = total + (ours - theirs).square().sum() / theirs.square().sum().clamp(min=1e-12)
    return total


@torch.no_grad()
def _extraction(made: Extraction, kit: Kit, tracks: list[str], hits: dict[str, tuple[Onset, ...]],
                sample_rate: int) -> Extraction:
    shots, onsets = dict(made.shots), [hit for hit in made.transcription.onsets if hit.track not in tracks]
    for track, name in enumerate(tracks):
        gains = kit.gain(track)
        loudest = gains.max().clamp(min=1e-6)
        shots[name] = replace(made.shots[name], audio=(kit.shot(track) * loudest).numpy(), gain=1.0, onset=None)
        for hit, place, gain in zip(hits[name], kit.place(track).tolist(), (gains / loudest).tolist(), strict=True):
            onsets.append(replace(hit, time_s=max(place / sample_rate, 0.0), velocity=max(gain, _SOFTEST)))
    onsets.sort(key=lambda hit: (hit.time_s, hit.track))
    return Extraction(shots, replace(made.transcription, onsets=tuple(onsets)), made.stems)
