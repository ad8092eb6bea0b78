"""Audio from one sample rate to another, before anything else is done with it."""

import numpy as np
from scipy.fft import irfft, rfft

from models.plugins import Audio

_MARGIN_S = 0.05


def resampled(audio: Audio, from_rate: int, to_rate: int, circular: bool = True) -> Audio:
    """audio (channels, frames) at another rate, band-limited by its Fourier series.

    circular: the end meets the start, so a loop stays seamless; otherwise silence surrounds it. The length
    is rounded to a whole frame. The same array when the rates are equal.
    """
    if from_rate == to_rate:
        return audio
    wanted = max(round(audio.shape[1] * to_rate / from_rate), 1)
    margin = 0 if circular and audio.shape[1] > 8 else round(_MARGIN_S * from_rate)
    padded = np.pad(audio, ((0, 0), (margin, margin)))
    length = round(padded.shape[1] * wanted / audio.shape[1])
    spectrum = rfft(padded, axis=1)
    bins = length // 2 + 1
    kept = spectrum[:, :bins] if spectrum.shape[1] > bins else spectrum
    out = irfft(kept, n=length, axis=1) * (length / padded.shape[1])
    start = round(margin * wanted / audio.shape[1])
    return np.ascontiguousarray(out[:, start : start + wanted], np.float32)
