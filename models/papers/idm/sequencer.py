"""The sequencer: onsets times velocities times gains, convolved with one-shots by FFT, by the renderer of the first
paper (models/papers/tao/renderer.py).

While it trains, it is played by the annotated onsets and the velocities that the network hears there, so that the
sounds can be learned before the onsets are. Ours: a hit lies between STFT frames, where the annotation has it.
"""

import torch
from torch import Tensor

from models.papers.idm.features import HOP_FRAMES
from models.papers.tao.renderer import Renderer


def gains_at(velocities: Tensor, gains: Tensor, places: Tensor) -> Tensor:
    """(rows, classes, hits): what each hit's one-shot is multiplied by.

    velocities (rows, classes, stft_frames); gains (rows, classes); places (rows, classes, hits), sample frames.
    """
    nearest = (places / HOP_FRAMES).round().long().clamp(0, velocities.shape[-1] - 1)
    return velocities.gather(-1, nearest) * gains.unsqueeze(-1)


def played(renderer: Renderer, places: Tensor, gains: Tensor, hits: Tensor, shots: Tensor) -> Tensor:
    """(..., frames): the mixture of hits at places (..., classes, hits) with these gains; where `hits` is False, there
    is none. shots (..., classes, SHOT_FRAMES)."""
    train = renderer.impulses(places, torch.where(hits, gains, 0.0))
    return renderer.mixed(train, shots)
