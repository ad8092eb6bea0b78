"""The masks: alpha-Wiener filters from the rendered stems, so that stems keep the mixture's own phase and details.

Ours: alpha 1.2 and windows of 2048 sample frames, where the authors' code has 1.0 and 1024, and a floor under every
stem, so that masks add up to one where nothing was rendered.
"""

import numpy as np

from models.plugins import Audio
from models.sounds.spectra import LoopSpectra

ALPHA = 1.2
_FLOOR = 1e-5


def masked(audio: Audio, rendered: np.ndarray, alpha: float = ALPHA) -> np.ndarray:
    """(tracks, channels, frames) float32: stems of audio (channels, frames), adding up to it.

    rendered (tracks, frames), mono. The loop is circular.
    """
    spectra = LoopSpectra(audio.shape[1])
    return spectra.inverse(spectra.forward(audio)[None] * masks(spectra, rendered, alpha)[:, None])


def masks(spectra: LoopSpectra, rendered: np.ndarray, alpha: float = ALPHA) -> np.ndarray:
    """(tracks, bins, stft_frames), adding up to one over the tracks."""
    magnitudes = np.abs(spectra.forward(rendered))
    powers = (magnitudes + _FLOOR * max(float(magnitudes.max(initial=0.0)), 1e-9)) ** alpha
    return np.asarray(powers / powers.sum(axis=0), np.float32)
