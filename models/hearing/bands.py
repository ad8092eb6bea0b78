"""Band-wise onset strength: how much louder each third of an octave gets, two hundred times a second.

Built on madmom's processors (Böck et al., "madmom: a new Python audio and music signal processing library",
2016): framing, STFT and logarithmic filterbank are theirs; the rise is SuperFlux's (Böck & Widmer, DAFx
2013): the difference to the loudest neighbouring band some STFT frames earlier, which ignores vibrato.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from models.hearing.madmom_compat import madmom_module

RATE = 44100
STFT_FRAMES_PER_S = 200
WINDOW_FRAMES = 2048
BANDS_PER_OCTAVE = 3
MIN_HZ, MAX_HZ = 35.0, 17500.0
CONTEXT_S = 0.5
_LAG, _COMPRESSION = 3, 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """magnitudes (stft_frames, bands), the audio from `CONTEXT_S` before its start to as much after its end;
    strength (stft_frames,): mean rise over the bands, log10 units."""

    magnitudes: np.ndarray
    strength: np.ndarray

    def rise_at(self, stft_frame: int) -> np.ndarray:
        """(bands,) how much the magnitudes grow from just before this STFT frame to just after it."""
        after = self.magnitudes[stft_frame : stft_frame + 6].max(axis=0)
        before = self.magnitudes[max(0, stft_frame - 5) : max(1, stft_frame - 2)].max(axis=0)
        return np.maximum(after - before, 0.0)


def listen(mono: np.ndarray, circular: bool) -> Bands:
    """The bands of mono audio (frames,) at `RATE`. circular: the context is the audio's own other end, so
    the last tail is heard before the first hit; otherwise it is silence."""
    audio = with_context(mono, round(CONTEXT_S * RATE), circular)
    magnitudes = band_magnitudes(audio)
    loudest = max(float(magnitudes.max()), 1e-9)
    level = np.log10(1.0 + _COMPRESSION * magnitudes / loudest)
    neighbours = maximum_filter1d(level, 3, axis=1)
    rise = np.zeros_like(level)
    rise[_LAG:] = np.maximum(level[_LAG:] - neighbours[:-_LAG], 0.0)
    return Bands(magnitudes, rise.mean(axis=1))


def with_context(mono: np.ndarray, frames: int, circular: bool) -> np.ndarray:
    """The audio with `frames` of its other end, or of silence, in front of it and behind it."""
    return np.pad(mono, frames, mode="wrap" if circular else "constant")


def band_magnitudes(audio: np.ndarray) -> np.ndarray:
    """(stft_frames, bands) float32 magnitudes of mono audio (frames,) at `RATE`, summed within each band."""
    signal = madmom_module("audio.signal")
    spectrogram = madmom_module("audio.spectrogram")
    whole = signal.Signal(np.asarray(audio, np.float32), sample_rate=RATE, num_channels=1)
    framed = signal.FramedSignal(whole, frame_size=WINDOW_FRAMES, fps=STFT_FRAMES_PER_S, origin=0)
    spectra = spectrogram.Spectrogram(madmom_module("audio.stft").ShortTimeFourierTransform(framed))
    filterbank = madmom_module("audio.filters").LogarithmicFilterbank
    return np.asarray(spectrogram.FilteredSpectrogram(
        spectra, filterbank=filterbank, num_bands=BANDS_PER_OCTAVE, fmin=MIN_HZ, fmax=MAX_HZ,
        norm_filters=False, unique_filters=True))
