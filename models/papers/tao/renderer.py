"""The differentiable renderer: tempo, step activations, velocities and one-shots in; percussive stems out (Yi &
Barthet, NIME 2025, sections 3.1 and 3.2.2).

A stem is the 1-D convolution of a train of impulses with a one-shot, computed by FFT. An impulse between two frames is
split linearly between them, so a stem has gradients with respect to tempo and times as well as to activations,
velocities and one-shots. It runs in the dtype and on the device of what it is given.
"""

from dataclasses import dataclass

import torch
from scipy.fft import next_fast_len
from torch import Tensor
from torch.nn import functional

STEPS_PER_BEAT = 2  # eight steps are four beats: at 60 BPM, the paper's 4 seconds


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders stems of `frames` sample frames. circular: tails go round the end of the loop; else they are cut there,
    and hits beyond the end are not heard."""

    sample_rate: int
    frames: int
    circular: bool = False
    steps_per_beat: int = STEPS_PER_BEAT

    def steps(self, bpm: Tensor, activations: Tensor, shots: Tensor, velocities: Tensor | None = None) -> Tensor:
        """(..., tracks, frames): the stems of a sequencer.

        bpm (...); activations (..., tracks, steps), binary or soft; shots (..., tracks, shot_frames); velocities as
        activations, all 1 without them. Step k sounds at k / steps_per_beat beats.
        """
        step_frames = 60.0 * self.sample_rate / (self.steps_per_beat * bpm)
        counted = torch.arange(activations.shape[-1], dtype=activations.dtype, device=activations.device)
        places = (step_frames[..., None] * counted)[..., None, :].expand_as(activations)
        return self.hits(places, activations if velocities is None else activations * velocities, shots)

    def hits(self, places: Tensor, gains: Tensor, shots: Tensor) -> Tensor:
        """(..., frames): the stems of hits at `places` (..., hits), in sample frames with fractions, with linear gains
        (..., hits), each playing its stem's shot (..., shot_frames)."""
        return self.convolved(self.impulses(places, gains), shots)

    def impulses(self, places: Tensor, gains: Tensor) -> Tensor:
        """(..., frames): each hit's gain, split linearly between the two frames around its place."""
        below = places.detach().floor()
        part = (places - below).to(gains.dtype)  # places may be doubles: floats are coarse late in a long loop
        train = gains.new_zeros(*torch.broadcast_shapes(places.shape, gains.shape)[:-1], self.frames)
        for at, weight in ((below.long(), gains * (1.0 - part)), (below.long() + 1, gains * part)):
            if not self.circular:
                weight = torch.where((at >= 0) & (at < self.frames), weight, 0.0)
            train = train.scatter_add(-1, (at % self.frames).expand_as(weight), weight)
        return train

    def convolved(self, train: Tensor, shots: Tensor) -> Tensor:
        """(..., frames): impulses (..., frames) convolved with shots (..., shot_frames)."""
        whole, size = self._lengths(shots)
        spectra = torch.fft.rfft(train, n=size) * torch.fft.rfft(shots, n=size)
        return self._ended(torch.fft.irfft(spectra, n=size), whole)

    def mixed(self, train: Tensor, shots: Tensor) -> Tensor:
        """(..., frames): the sum of the tracks (..., tracks, frames) of `convolved`, with fewer transforms."""
        whole, size = self._lengths(shots)
        spectra = (torch.fft.rfft(train, n=size) * torch.fft.rfft(shots, n=size)).sum(dim=-2)
        return self._ended(torch.fft.irfft(spectra, n=size), whole)

    def _lengths(self, shots: Tensor) -> tuple[int, int]:
        whole = self.frames + shots.shape[-1] - 1
        return whole, next_fast_len(whole, real=True)

    def _ended(self, sound: Tensor, whole: int) -> Tensor:
        """The convolution `sound` of `whole` frames, cut or wrapped to the loop's."""
        if not self.circular:
            return sound[..., : self.frames]
        turns = -(-whole // self.frames)
        tail = functional.pad(sound[..., :whole], (0, turns * self.frames - whole))
        return tail.unflatten(-1, (turns, self.frames)).sum(dim=-2)
