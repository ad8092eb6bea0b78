"""The STFT of a circular loop, with a perfect inverse, and how well two loops match."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import irfft, rfft

from models.plugins import Audio


class LoopSpectra:
    """STFT of circular audio (..., frames).

    Square-root Hann windows for analysis and synthesis, `overlap` to a window length, so that `inverse` undoes
    `forward`. context_windows: how many window lengths of the loop's other end precede its start and follow its end.
    """

    def __init__(self, frames: int, window_frames: int = 2048, overlap: int = 4, context_windows: int = 1) -> None:
        self.frames, self.window_frames = frames, window_frames
        self.hop_frames = window_frames // overlap
        self.context = context_windows * window_frames
        self._window = np.sin(np.pi * (np.arange(window_frames) + 0.5) / window_frames).astype(np.float32)
        self._overlap = overlap

    def forward(self, audio: Audio) -> np.ndarray:
        """Complex64 spectra (..., bins, stft_frames), including the context."""
        after = self.context + -(self.frames + 2 * self.context) % self.hop_frames
        pad = [(0, 0)] * (audio.ndim - 1) + [(self.context, after)]
        windows = sliding_window_view(np.pad(np.asarray(audio, np.float32), pad, mode="wrap"),
                                      self.window_frames, axis=-1)[..., :: self.hop_frames, :]
        return np.swapaxes(rfft(windows * self._window, axis=-1), -1, -2)

    def inverse(self, spectra: np.ndarray) -> Audio:
        """Audio (..., frames) float32."""
        pieces = irfft(np.swapaxes(spectra, -1, -2), n=self.window_frames, axis=-1) * self._window
        pieces *= 2.0 / self._overlap
        count = pieces.shape[-2]
        whole = np.zeros((*pieces.shape[:-2], (count + self._overlap) * self.hop_frames), np.float32)
        for part in range(self._overlap):
            turn = pieces[..., part * self.hop_frames : (part + 1) * self.hop_frames]
            start = part * self.hop_frames
            whole[..., start : start + count * self.hop_frames] += turn.reshape(*turn.shape[:-2], -1)
        return np.ascontiguousarray(whole[..., self.context : self.context + self.frames])

    def stft_frames_of(self, frame: int) -> list[int]:
        """The STFT frames whose windows are centred nearest to `frame` and its repeats in the context."""
        whole = self.frames + 2 * self.context
        places = np.arange((self.context + frame) % self.frames, whole, self.frames)
        columns = np.round((places - self.window_frames / 2) / self.hop_frames).astype(int)
        return [int(column) for column in columns if column >= 0]


def match(one: Audio, other: Audio) -> float:
    """How similar two loops (channels, frames) of equal shape sound: 1 if identical, 0 if just one of them is silent.

    The mean over windows of 512, 2048 and 8192 frames of 1 - |A - B| / (|A| + |B|), with Frobenius norms, where A and B
    are the square roots of the STFT magnitudes, so that soft parts count.
    """
    marks = []
    for window_frames in (512, 2048, 8192):
        spectra = LoopSpectra(one.shape[-1], window_frames, overlap=2)
        a, b = (np.sqrt(np.abs(spectra.forward(audio))) for audio in (one, other))
        size = float(np.linalg.norm(a) + np.linalg.norm(b))
        marks.append(1.0 if size < 1e-9 else 1.0 - float(np.linalg.norm(a - b)) / size)
    return float(np.mean(marks))
