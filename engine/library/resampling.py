"""The resampler, for the engine's files and for the models."""

import numpy as np

from engine.core.loop import Audio

_MARGIN_S = 0.05


def resampled(audio: Audio, from_rate: int, to_rate: int, circular: bool = True, axis: int = 1) -> Audio:
    """Two-dimensional audio, frames along `axis`, at another rate: float32, band-limited by Fourier series.

    circular: the end meets the start, so a loop stays seamless; otherwise silence surrounds it. The length
    is rounded to a whole frame. Returns the same array when the rates are equal.
    """
    if from_rate == to_rate:
        return audio
    from scipy.fft import irfft, rfft  # slow to load, and an engine at its files' rate never needs it

    frames = audio.shape[axis]
    wanted = max(round(frames * to_rate / from_rate), 1)
    margin = 0 if circular and frames > 8 else round(_MARGIN_S * from_rate)
    padding = [(0, 0), (0, 0)]
    padding[axis] = (margin, margin)
    padded = np.pad(audio, padding)
    length = round(padded.shape[axis] * wanted / frames)
    spectrum = rfft(padded, axis=axis)
    out = irfft(spectrum, n=length, axis=axis) * (length / padded.shape[axis])  # irfft drops the bins above `length`
    start = round(margin * wanted / frames)
    kept = out[:, start : start + wanted] if axis else out[start : start + wanted]
    return np.ascontiguousarray(kept, np.float32)
