"""Short-time spectra of a loop, whose end meets its start, and back without loss."""

import numpy as np
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from models.plugins import Audio


class LoopSpectra:
    """STFT of audio (..., frames) that is circular: the context of its ends is its other end."""

    def __init__(self, frames: int, window_frames: int = 2048, hop_frames: int = 512) -> None:
        self.frames, self.context = frames, 2 * window_frames
        window = np.sqrt(hann(window_frames, sym=False))
        self._stft = ShortTimeFFT(window, hop_frames, fs=1.0, fft_mode="onesided")
        self.hop_frames = hop_frames

    def forward(self, audio: Audio) -> np.ndarray:
        """Complex spectra (..., bins, stft_frames), context included."""
        pad = [(0, 0)] * (audio.ndim - 1) + [(self.context, self.context)]
        return self._stft.stft(np.pad(audio, pad, mode="wrap"))

    def inverse(self, spectra: np.ndarray) -> Audio:
        """Audio (..., frames) float32."""
        whole = self._stft.istft(spectra, k1=self.frames + 2 * self.context)
        return np.ascontiguousarray(whole[..., self.context : self.context + self.frames], np.float32)

    def stft_frames_of(self, frame: int) -> list[int]:
        """Every column whose window is centred on `frame`, the loop's repeats in the context included."""
        whole = self.frames + 2 * self.context
        places = np.arange((self.context + frame) % self.frames, whole, self.frames)
        return [round(place / self.hop_frames) - self._stft.p_min for place in places]


def match(one: Audio, other: Audio) -> float:
    """How alike two loops sound, 0..1; 1 when identical, 0 when one of them is silence and the other is not.

    Mean over windows of 512, 2048 and 8192 frames of 1 - |A - B| / (|A| + |B|): Frobenius norms, A and B the
    square roots of the STFT magnitudes, so that soft parts count. Arrays (channels, frames) of equal shape.
    """
    marks = []
    for window_frames in (512, 2048, 8192):
        spectra = LoopSpectra(one.shape[-1], window_frames, window_frames // 4)
        a, b = (np.sqrt(np.abs(spectra.forward(audio))) for audio in (one, other))
        size = float(np.linalg.norm(a) + np.linalg.norm(b))
        marks.append(1.0 if size < 1e-9 else 1.0 - float(np.linalg.norm(a - b)) / size)
    return float(np.mean(marks))
