"""A tight-frame STFT F: its adjoint is its inverse, so multiplying coefficients by a variance is a symmetric filter."""

import torch
from torch import Tensor

WINDOW_FRAMES = 1024
OVERLAP = 4
HOP_FRAMES = WINDOW_FRAMES // OVERLAP
BINS = WINDOW_FRAMES // 2 + 1
REDUNDANCY = OVERLAP  # white noise of variance 1 has coefficients of variance 1 / REDUNDANCY
LEAD_FRAMES = WINDOW_FRAMES - HOP_FRAMES  # zeros before the audio, so that every frame lies in OVERLAP windows


def stft_frames_of(frames: int) -> int:
    """The number of windows that overlap audio of `frames` frames."""
    return -(-(frames + LEAD_FRAMES) // HOP_FRAMES)


def centre_frames(count: int) -> Tensor:
    """(count,) the sample frame at the centre of each window."""
    return torch.arange(count) * HOP_FRAMES + WINDOW_FRAMES / 2 - LEAD_FRAMES


def _window(like: Tensor) -> Tensor:
    places = torch.arange(WINDOW_FRAMES, device=like.device, dtype=like.dtype) + 0.5
    return torch.sin(torch.pi * places / WINDOW_FRAMES) * (2.0 / OVERLAP) ** 0.5


def forward(audio: Tensor) -> Tensor:
    """F x: coefficients (..., stft_frames, bins) of audio (..., frames), zero-padded at both ends. Keeps the energy."""
    count = stft_frames_of(audio.shape[-1])
    after = (count - 1) * HOP_FRAMES + WINDOW_FRAMES - LEAD_FRAMES - audio.shape[-1]
    padded = torch.nn.functional.pad(audio, (LEAD_FRAMES, after))
    return torch.fft.rfft(padded.unfold(-1, WINDOW_FRAMES, HOP_FRAMES) * _window(audio), norm="ortho")


def inverse(spectra: Tensor, frames: int) -> Tensor:
    """F* X: audio (..., frames) of coefficients (..., stft_frames, bins). Adjoint and inverse of `forward`."""
    pieces = torch.fft.irfft(spectra, n=WINDOW_FRAMES, norm="ortho")
    pieces = (pieces * _window(pieces)).unflatten(-1, (OVERLAP, HOP_FRAMES))  # (..., stft_frames, overlap, hop)
    count = pieces.shape[-3]
    whole = pieces.new_zeros((*pieces.shape[:-3], count + OVERLAP - 1, HOP_FRAMES))
    for part in range(OVERLAP):
        whole[..., part : part + count, :] += pieces[..., part, :]
    return whole.flatten(-2)[..., LEAD_FRAMES : LEAD_FRAMES + frames]


def filtered(audio: Tensor, variance: Tensor) -> Tensor:
    """F* diag(variance) F x: audio (..., frames), each coefficient times variance (..., stft_frames, bins)."""
    return inverse(forward(audio) * variance, audio.shape[-1])
