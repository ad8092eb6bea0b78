"""Where a sound lies in a spectrogram: bands, and time in slots that are narrow at the attack and wide in the tail.

Everything that begins with `heard`, and the sound space, count on this grid. It is ours, not the paper's.
"""

import numpy as np

from models.separation.folding import BANDS
from models.separation.inputs import LoopView

EARLY = 2      # STFT frames before a hit whose windows already contain it
OFFSETS = 174  # STFT frames of a sound, the early ones included: two seconds of hops of 11.6 ms
_SINGLE = 16   # of these, slots of their own
_WIDENING = 1.18


def _edges() -> np.ndarray:
    edges, width = list(range(_SINGLE + 1)), 1.0
    while edges[-1] < OFFSETS:
        width *= _WIDENING
        edges.append(min(edges[-1] + round(width), OFFSETS))
    return np.array(edges)


EDGES = _edges()
SLOTS = len(EDGES) - 1
SLOT_OF = np.repeat(np.arange(SLOTS), np.diff(EDGES))  # the slot of each STFT frame of a sound
SHAPE = (BANDS, SLOTS)


def in_slots(values: np.ndarray) -> np.ndarray:
    """(..., OFFSETS) -> (..., SLOTS): means."""
    return np.asarray(np.add.reduceat(values, EDGES[:-1], axis=-1) / np.diff(EDGES), np.float32)


def spread(values: np.ndarray) -> np.ndarray:
    """(..., SLOTS) -> (..., OFFSETS): each STFT frame gets its slot's value."""
    return values[..., SLOT_OF]


def sound_spectra(sound: np.ndarray, view: LoopView) -> np.ndarray:
    """(..., bins, OFFSETS) complex: the spectra of sounds (..., frames) that lie `lead_frames` into their arrays."""
    window_frames, hop = view.spectra.window_frames, view.spectra.hop_frames
    needed = window_frames + (OFFSETS - 1) * hop
    short = max(needed - sound.shape[-1], 0)
    padded = np.pad(np.asarray(sound, np.float32), [(0, 0)] * (sound.ndim - 1) + [(0, short)])[..., :needed]
    windows = np.lib.stride_tricks.sliding_window_view(padded, window_frames, axis=-1)[..., ::hop, :]
    return np.swapaxes(np.fft.rfft(windows * _window(window_frames), axis=-1), -1, -2).astype(np.complex64)


def sound_of(spectra: np.ndarray, view: LoopView) -> np.ndarray:
    """(..., frames) float32: the inverse of `sound_spectra`."""
    window_frames, hop = view.spectra.window_frames, view.spectra.hop_frames
    pieces = np.fft.irfft(np.swapaxes(spectra, -1, -2), n=window_frames, axis=-1) * _window(window_frames)
    out = np.zeros((*pieces.shape[:-2], window_frames + (OFFSETS - 1) * hop), np.float32)
    for index in range(OFFSETS):
        out[..., index * hop : index * hop + window_frames] += pieces[..., index, :]
    return out * (2.0 * hop / window_frames)


def lead_frames(view: LoopView) -> int:
    """How many sample frames before a hit its first STFT frame begins."""
    return EARLY * view.spectra.hop_frames + view.spectra.window_frames // 2


def _window(frames: int) -> np.ndarray:
    return np.sin(np.pi * (np.arange(frames) + 0.5) / frames).astype(np.float32)
