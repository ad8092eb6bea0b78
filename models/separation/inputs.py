"""The network's inputs: the loop's spectrogram, when each drum is hit, and each drum's share according to templates."""

from typing import NamedTuple

import numpy as np
from scipy.fft import next_fast_len
from torch import Tensor

from engine.core.pattern import TRACK_NAMES
from models.plugins import Transcription
from models.separation.folding import Folding
from models.separation.template_masks import CONTEXT_WINDOWS, template_powers
from models.sounds.spectra import LoopSpectra

FLOOR = 1e-6                      # the smallest share a drum starts with, so that a missed one can be recovered
_INPUT_FLOOR = 1e-4               # the smallest share in the network's input
_WINDOW_S = 2048 / 44100
_TRAILS_S = (0.03, 0.3)           # time constants of an attack and of a tail


class Inputs(NamedTuple):
    """Inputs of one loop, or of several along a first axis.

    sound (1 + drums, bands, stft_frames): the loop's log magnitude, then each drum's log share by the templates,
    scaled. activations (2 * drums, stft_frames): hits by velocity, decaying fast, then slowly. shares (drums, bins,
    stft_frames): natural logs of the templates' shares of the power.
    """

    sound: Tensor
    activations: Tensor
    shares: Tensor


class LoopView(NamedTuple):
    """The STFT for a loop's length, and its bands."""

    spectra: LoopSpectra
    folding: Folding
    sample_rate: int


def view_of(frames: int, sample_rate: int) -> LoopView:
    """Windows of 46 ms at any sample rate, so that audio need not be resampled: the bands are in Hz."""
    window_frames = 4 * next_fast_len(round(_WINDOW_S * sample_rate / 4), real=True)
    return LoopView(LoopSpectra(frames, window_frames, context_windows=CONTEXT_WINDOWS),
                    Folding(window_frames, sample_rate), sample_rate)


def inputs_of(loudness: np.ndarray, view: LoopView, transcription: Transcription) -> tuple[np.ndarray, ...]:
    """sound, activations and shares of one loop, float32, from its magnitudes (bins, stft_frames) at peak 1."""
    powers = template_powers(loudness + 1e-8, view.spectra, transcription, view.sample_rate)
    total = sum(powers.values())
    shares = np.full((len(TRACK_NAMES), *loudness.shape), np.log(FLOOR), np.float32)
    for drum, name in enumerate(TRACK_NAMES):
        if name in powers:
            shares[drum] = np.log(powers[name] / total + FLOOR)
    sound = np.concatenate([
        np.log(view.folding.fold(loudness**2) + 1e-6)[None] / 4 + 1.5,
        view.folding.fold(np.maximum(shares, np.log(_INPUT_FLOOR))) / 4 + 1])
    return sound.astype(np.float32), activations_of(loudness.shape[1], view, transcription), shares


def activations_of(stft_frames: int, view: LoopView, transcription: Transcription) -> np.ndarray:
    """(2 * drums, stft_frames) float32: each hit, split between its two nearest STFT frames, with exponential
    decays."""
    spectra = view.spectra
    whole = spectra.frames + 2 * spectra.context
    hits = np.zeros((len(TRACK_NAMES), stft_frames + 1), np.float32)
    for onset in transcription.onsets:
        if onset.track not in TRACK_NAMES:
            continue
        frame = (spectra.context + round(onset.time_s * view.sample_rate)) % spectra.frames
        places = (np.arange(frame, whole, spectra.frames) - spectra.window_frames / 2) / spectra.hop_frames
        places = places[(places >= 0) & (places < stft_frames)]
        low = places.astype(int)
        np.add.at(hits[TRACK_NAMES.index(onset.track)], low, (1 - places + low) * onset.velocity)
        np.add.at(hits[TRACK_NAMES.index(onset.track)], low + 1, (places - low) * onset.velocity)
    trails = []
    for decay_s in _TRAILS_S:
        fall = np.exp(-spectra.hop_frames / (decay_s * view.sample_rate))
        trail, rows = np.zeros(len(hits), np.float32), []
        for column in hits[:, :stft_frames].T:
            trail = trail * fall + column
            rows.append(trail)
        trails.append(np.array(rows, np.float32).T)
    return np.concatenate(trails)
