"""Scores of audio against a reference, both mono float64 (frames,) at 44.1 kHz.

SI-SDR, the scale-invariant signal-to-distortion ratio (Le Roux et al., ICASSP 2019), clipped to -30..80 dB; LSD, the
log-spectral distance over mel bands, with a floor 60 dB below the reference's loudest band; the cosine of MFCCs 1 to
19. A one-shot is compared after the best shift within 5 ms and, for the LSD, the best gain, up to 0.1 s after its last
sound.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.fft import dct
from scipy.signal import fftconvolve, resample_poly, stft

from models.training.synthesis.bank import RATE

WORST_DB, BEST_DB = -30.0, 80.0
_FLOOR_DB = -60.0
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 16000.0
_SHIFT = round(0.005 * RATE)
_AFTER, _LONGEST = int(0.1 * RATE), 2 * RATE
_SILENT = 1e-6


@dataclass(frozen=True, slots=True)
class Windows:
    """The spectrum behind a distance: window length, hop and mel bands."""

    frames: int
    hop_frames: int
    bands: int


STEMS = Windows(2048, 512, 64)
ONE_SHOTS = Windows(1024, 256, 40)


@dataclass(frozen=True, slots=True)
class Scores:
    """si_sdr and lsd in dB, mfcc a cosine."""

    si_sdr: float
    lsd: float
    mfcc: float


def mono(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """(frames,) float64 at 44.1 kHz of audio (frames, channels) at any rate."""
    mixed = np.nan_to_num(np.asarray(audio, np.float64).mean(axis=1))
    if sample_rate == RATE:
        return mixed
    common = math.gcd(sample_rate, RATE)
    return np.asarray(resample_poly(mixed, RATE // common, sample_rate // common))


def stem_scores(true: np.ndarray, found: np.ndarray | None, top_hz: float) -> Scores:
    """The scores of a stem, None for silence. Bands above top_hz do not count in the LSD."""
    found = fitted(np.zeros(0) if found is None else found, len(true))
    return Scores(si_sdr(true, found), spectral_distance(true, found, STEMS, top_hz), cosine(mfcc(true), mfcc(found)))


def best_shot_scores(truths: list[np.ndarray], found: np.ndarray | None, top_hz: float) -> Scores:
    """The scores of a one-shot against the most similar of the sounds that its track was played with."""
    return max((shot_scores(true, found, top_hz) for true in truths), key=lambda scores: scores.si_sdr)


def shot_scores(true: np.ndarray, found: np.ndarray | None, top_hz: float) -> Scores:
    """The scores of a one-shot against one sound; None for silence."""
    frames = min(sounding(true) + _AFTER, _LONGEST)
    true = fitted(true, frames)
    if found is None or float(np.abs(found).max(initial=0.0)) < _SILENT:
        return Scores(WORST_DB, spectral_distance(true, np.zeros(frames), ONE_SHOTS, top_hz), 0.0)
    found = shifted(true, fitted(found, frames + _SHIFT))
    gain = math.sqrt(float(true @ true) / max(float(found @ found), 1e-20))
    return Scores(si_sdr(true, found), spectral_distance(true, gain * found, ONE_SHOTS, top_hz),
                 cosine(mfcc(true), mfcc(found)))


def si_sdr(true: np.ndarray, found: np.ndarray) -> float:
    """In dB; WORST_DB when either is silent."""
    energy, true_energy = float(found @ found), float(true @ true)
    if energy < 1e-12 or true_energy < 1e-12:
        return WORST_DB
    alike = float(true @ found) ** 2 / (energy * true_energy)
    ratio = max(alike / max(1 - alike, 1e-12), 1e-20)
    return float(np.clip(10 * math.log10(ratio), WORST_DB, BEST_DB))


def spectral_distance(true: np.ndarray, found: np.ndarray, windows: Windows, top_hz: float = RATE / 2) -> float:
    """LSD in dB: the mean over STFT frames of the rms over bands, without frames in which both are at the floor."""
    one, other = mel_db(true, windows, top_hz), mel_db(found, windows, top_hz)
    floor = one.max() + _FLOOR_DB
    one, other = np.maximum(one, floor), np.maximum(other, floor)
    apart = (one - other)[:, ((one > floor) | (other > floor)).any(axis=0)]
    return float(np.sqrt(np.square(apart).mean(axis=0)).mean()) if apart.size else 0.0


def mfcc(audio: np.ndarray) -> np.ndarray:
    """(19, stft_frames): coefficients 1 to 19, with a floor 60 dB below the loudest band."""
    bands = mel_db(audio, ONE_SHOTS, RATE / 2)
    return np.asarray(dct(np.maximum(bands - bands.max(), _FLOOR_DB), axis=0, norm="ortho")[1:20])


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """The cosine of two arrays; 0 when either is zero."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one.ravel() @ other.ravel()) / size if size > 1e-9 else 0.0


def mel_db(audio: np.ndarray, windows: Windows, top_hz: float) -> np.ndarray:
    """(bands centred below 0.95 * top_hz, stft_frames) dB."""
    weights, centres_hz = _mel(windows.frames, windows.bands)
    audio = fitted(audio, max(len(audio), windows.frames))
    _, _, spectrum = stft(audio, RATE, nperseg=windows.frames, noverlap=windows.frames - windows.hop_frames)
    power = np.square(np.abs(spectrum) + 1e-12)
    return np.asarray(10 * np.log10(weights[centres_hz < 0.95 * top_hz] @ power + 1e-20))


@cache
def _mel(frames: int, bands: int) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (bands, bins) of equal area, evenly spaced in mel, and their centres in Hz."""
    def mel(hz: float) -> float:
        return 2595 * math.log10(1 + hz / 700)

    edges = 700 * (10 ** (np.linspace(mel(_LOWEST_HZ), mel(_HIGHEST_HZ), bands + 2) / 2595) - 1)
    hz = np.arange(frames // 2 + 1) * RATE / frames
    low, centre, high = (edges[start : start + bands, None] for start in range(3))
    rise, fall = (hz - low) / (centre - low), (high - hz) / (high - centre)
    return np.clip(np.minimum(rise, fall), 0, None) * 2 / (high - low), edges[1:-1]


def fitted(audio: np.ndarray, frames: int) -> np.ndarray:
    """audio cut or zero-padded to `frames`."""
    return audio[:frames] if len(audio) >= frames else np.pad(audio, (0, frames - len(audio)))


def sounding(audio: np.ndarray) -> int:
    """The number of frames up to the last one within 60 dB of the peak."""
    loud = np.abs(audio)
    audible = np.nonzero(loud > loud.max(initial=0.0) * 10 ** (_FLOOR_DB / 20))[0]
    return int(audible[-1]) + 1 if len(audible) else 0


def shifted(true: np.ndarray, found: np.ndarray) -> np.ndarray:
    """`found`, at least 5 ms longer than `true`, shifted by at most 5 ms to correlate best with `true`."""
    frames = len(true)
    products = fftconvolve(np.pad(found, (_SHIFT, 0)), true[::-1])[frames - 1 : frames + 2 * _SHIFT]
    shift = int(products.argmax()) - _SHIFT
    return fitted(np.pad(found, (max(-shift, 0), 0))[max(shift, 0):], frames)
