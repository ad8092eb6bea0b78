"""Fit one one-shot to the place of another: as loud, beginning on the same frame, tuned alike, decaying as fast.

All audio is float32 (frames, channels) at one sample rate; everything here is pure.
"""

from dataclasses import dataclass

import numpy as np

from engine.core.loop import Audio
from engine.core.requests import FitOptions

EDGE_DB = -20.0  # a hit begins where it first comes this close to its peak
QUIET_DB = -30.0  # and has decayed where this little of its energy is left
WINDOW_S = 0.05
MOST_SEMITONES = 12
BANDS_PER_SEMITONE = 10
LOWEST_HZ, OCTAVES = 40.0, 7
ALIKE = 0.7  # spectra that agree less than this at every shift have no tuning in common
MAX_GAIN = 16.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How to change a one-shot so that it fits: linear gain; delay_frames of silence before it (below 0: to cut);
    pitch in semitones; decay_s of a fade, None to let it ring."""

    gain: float = 1.0
    delay_frames: int = 0
    pitch_semitones: float = 0.0
    decay_s: float | None = None


def fitted(candidate: Audio, original: Audio, sample_rate: int, options: FitOptions) -> Fit:
    """How `candidate` fits the place of `original`, in the respects chosen in `options`. Silence fits unchanged."""
    if not candidate.any() or not original.any():
        return Fit()
    gain = min(MAX_GAIN, loudness(original, sample_rate) / loudness(candidate, sample_rate)) if options.level else 1.0
    delay = leading_edge(original) - leading_edge(candidate) if options.onset else 0
    pitch = tuning_between(candidate, original, sample_rate) if options.tuning else 0.0
    decay_s = None
    if options.decay:
        speed = 2.0 ** (pitch / 12.0)
        wanted_s = decay_time_s(original, sample_rate)
        if decay_time_s(candidate, sample_rate) / speed > 1.1 * wanted_s:
            decay_s = wanted_s
    return Fit(gain, delay, pitch, decay_s)


def shifted(audio: Audio, delay_frames: int) -> Audio:
    """The hit after `delay_frames` of silence or, below 0, without its first frames; at least one frame is left."""
    if delay_frames >= 0:
        return np.concatenate((np.zeros((delay_frames, audio.shape[1]), audio.dtype), audio))
    return audio[min(-delay_frames, len(audio) - 1) :]


def leading_edge(audio: Audio) -> int:
    """The frame on which the hit begins: the first within 20 dB of its peak."""
    level = np.abs(audio).max(axis=1)
    return int(np.argmax(level >= level.max() * 10.0 ** (EDGE_DB / 20.0)))


def loudness(audio: Audio, sample_rate: int) -> float:
    """The RMS of the loudest 50 ms, linear: close to how loud a drum sounds."""
    power = np.square(audio.astype(np.float64)).mean(axis=1)
    window = max(1, round(WINDOW_S * sample_rate))
    summed = np.concatenate(([0.0], np.cumsum(power)))
    parts = summed[window:] - summed[:-window] if len(power) > window else summed[-1:]
    return float(np.sqrt(max(parts.max(), 1e-24) / window))


def decay_time_s(audio: Audio, sample_rate: int) -> float:
    """Seconds from the hit's beginning until a thousandth of its energy is left (Schroeder's backward integral,
    "New method of measuring reverberation time", 1965)."""
    energy = np.square(audio.astype(np.float64)).sum(axis=1)
    left = np.cumsum(energy[::-1])[::-1]
    quiet = np.flatnonzero(left <= left[0] * 10.0 ** (QUIET_DB / 10.0))
    end = int(quiet[0]) if len(quiet) else len(audio)
    return max(1, end - leading_edge(audio)) / sample_rate


def tuning_between(candidate: Audio, original: Audio, sample_rate: int) -> float:
    """By how many semitones to pitch `candidate` to the tuning of `original`; 0 if they have too little in common.

    It is the shift at which their spectra over log frequency agree best.
    """
    ours, theirs = (_log_spectrum(audio, sample_rate) for audio in (candidate, original))
    most = MOST_SEMITONES * BANDS_PER_SEMITONE
    agreement = np.correlate(theirs, ours, mode="full")
    middle = len(ours) - 1
    near = agreement[middle - most : middle + most + 1]
    best = int(np.argmax(near))
    if near[best] < ALIKE:
        return 0.0
    return (best - most) / BANDS_PER_SEMITONE


def _log_spectrum(audio: Audio, sample_rate: int) -> np.ndarray:
    """The spectrum of the hit's first half second, in tenths of a semitone, without its slope, of length one."""
    edge = leading_edge(audio)
    part = audio[edge : edge + sample_rate // 2].mean(axis=1)
    size = 1 << 16
    magnitude = np.abs(np.fft.rfft(part * np.linspace(1.0, 0.0, len(part)), size))
    bands = LOWEST_HZ * 2.0 ** (np.arange(OCTAVES * 12 * BANDS_PER_SEMITONE) / (12.0 * BANDS_PER_SEMITONE))
    bands = bands[bands < 0.45 * sample_rate]
    values = np.sqrt(np.interp(bands, np.fft.rfftfreq(size, 1.0 / sample_rate), magnitude))
    values -= values.mean()
    return values / max(float(np.sqrt(np.square(values).sum())), 1e-12)
