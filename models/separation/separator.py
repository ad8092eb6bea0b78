"""The separator `tao`: a network that corrects the masks of spectral templates, given when the drums are hit."""

from pathlib import Path

import numpy as np
import torch

from engine.core.pattern import TRACK_NAMES
from models.plugins import Audio, Stems, Transcription
from models.separation.inputs import Inputs, inputs_of, view_of
from models.separation.network import open_mask_net
from models.weights.shipped import shipped


class TaoSeparator:
    """`tao`: masks of six drums that add up to one, so the stems add up to the loop; circular.

    weights: a weights.safetensors of a training run; empty for the shipped ones. Raises WeightsMissing.
    """

    name = "tao"

    def __init__(self, weights: str = "") -> None:
        if weights:
            self._net = open_mask_net(Path(weights))
        else:
            ours = shipped("tao-separator")
            self._net = open_mask_net(ours.path, ours.sha256)

    @torch.no_grad()
    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Six stems of audio (channels, frames) at any sample rate, float32; all channels use the same masks."""
        audio = np.asarray(audio, np.float32)
        view = view_of(audio.shape[1], sample_rate)
        spectra = view.spectra.forward(audio / max(float(np.abs(audio).max(initial=0.0)), 1e-9))
        inputs = inputs_of(np.abs(spectra).mean(axis=0), view, transcription)
        masks = self._net(Inputs(*(torch.from_numpy(part)[None] for part in inputs)), view.folding)[0].numpy()
        peak = max(float(np.abs(audio).max(initial=0.0)), 1e-9)
        return {name: peak * view.spectra.inverse(spectra * masks[drum])
                for drum, name in enumerate(TRACK_NAMES)}
