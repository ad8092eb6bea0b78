"""The trained network, ready to listen to a loop."""

from dataclasses import dataclass

import numpy as np
import torch

from engine.core.errors import WeightsMissing
from engine.library.resampling import resampled
from models.hearing.monaural import monaural
from models.papers.idm.features import HOP_FRAMES, RATE, LogMel
from models.papers.idm.network import IdmNet
from models.papers.idm.synthesiser import SIZES
from models.plugins import Audio
from models.weights.files import load_own

NETWORK = "idm"
CONTEXT_FRAMES = 86 * HOP_FRAMES  # half a second of the loop's other end


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What the network hears in a loop: onsets and velocities (stft_frames, classes), 0..1, STFT frame k at k *
    HOP_FRAMES of 44.1 kHz; gains (classes,); kits (kits,), shares that add up to 1."""

    onsets: np.ndarray
    velocities: np.ndarray
    gains: np.ndarray
    kits: np.ndarray

    def velocities_at(self, times_s: np.ndarray, drum: int) -> np.ndarray:
        """(times,): the velocity of a class at these times."""
        frames = np.round(np.asarray(times_s) * RATE / HOP_FRAMES).astype(int) % len(self.velocities)
        return np.asarray(self.velocities[frames, drum])


class Listener:
    """Opens weights; empty for the shipped ones. Raises WeightsMissing when they are no IDM's."""

    def __init__(self, weights: str = "") -> None:
        path, tensors, metadata = load_own(weights, "idm")
        if metadata.get("network") != NETWORK:
            raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; {NETWORK!r} is "
                                 "needed here. Train some with `tao_live.py train idm`.")
        self._net = IdmNet(SIZES[metadata["size"]])
        self._net.load_state_dict(tensors)
        self._net.eval()
        self._front_end = LogMel()

    @torch.no_grad()
    def hear(self, audio: Audio, sample_rate: int, circular: bool = True) -> Heard:
        """What is in audio (channels, frames). circular: its end meets its start; else silence surrounds it."""
        mono = resampled(monaural(audio)[None], sample_rate, RATE, circular)[0]
        peak = max(float(np.abs(mono).max(initial=0.0)), 1e-9)
        padded = np.pad(mono / peak, CONTEXT_FRAMES, mode="wrap" if circular else "constant").astype(np.float32)
        described = self._net.describe(self._front_end(torch.from_numpy(padded)[None]))
        first, count = CONTEXT_FRAMES // HOP_FRAMES, -(-len(mono) // HOP_FRAMES)
        inside = slice(first, first + count)
        return Heard(described.onsets[0, :, inside].sigmoid().T.numpy(), described.velocities[0, :, inside].T.numpy(),
                     described.gains[0].numpy() * peak, torch.softmax(described.kits[0], dim=0).numpy())

    @torch.no_grad()
    def shots(self, kits: np.ndarray) -> np.ndarray:
        """(classes, SHOT_FRAMES) at 44.1 kHz: the one-shots of a kit, shares (kits,)."""
        return np.asarray(self._net.shots(torch.from_numpy(kits)).numpy())
