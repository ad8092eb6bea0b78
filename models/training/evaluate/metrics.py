"""How far audio is from the audio that it should be: mono float64 (frames,) at 44.1 kHz, numbers in dB or 0..1.

The definitions are those by which decomposers are compared: scale-invariant signal-to-distortion ratio (Le Roux
et al., ICASSP 2019) within -30 .. 80 dB; log-spectral distance over mel bands, floor 60 dB under the reference's
loudest; cosine of the MFCCs 1 to 19. A one-shot is judged after the best shift within 5 ms and, where level
counts, the best gain, up to 0.1 s after its last sound.
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
    """How a spectrum is taken for a distance: frames a window, frames between windows, mel bands."""

    frames: int
    hop_frames: int
    bands: int


STEMS = Windows(2048, 512, 64)
ONE_SHOTS = Windows(1024, 256, 40)


@dataclass(frozen=True, slots=True)
class Marks:
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


def stem_marks(true: np.ndarray, found: np.ndarray | None, top_hz: float) -> Marks:
    """A stem against the true one; None is silence. Nothing above `top_hz` counts in the distance."""
    found = fitted(np.zeros(0) if found is None else found, len(true))
    return Marks(si_sdr(true, found), spectral_distance(true, found, STEMS, top_hz), cosine(mfcc(true), mfcc(found)))


def best_shot_marks(truths: list[np.ndarray], found: np.ndarray | None, top_hz: float) -> Marks:
    """A one-shot against the nearest of the sounds that its track was played with."""
    return max((shot_marks(true, found, top_hz) for true in truths), key=lambda marks: marks.si_sdr)


def shot_marks(true: np.ndarray, found: np.ndarray | None, top_hz: float) -> Marks:
    """A one-shot against one sound; None is silence."""
    frames = min(sounding(true) + _AFTER, _LONGEST)
    true = fitted(true, frames)
    if found is None or float(np.abs(found).max(initial=0.0)) < _SILENT:
        return Marks(WORST_DB, spectral_distance(true, np.zeros(frames), ONE_SHOTS, top_hz), 0.0)
    found = shifted(true, fitted(found, frames + _SHIFT))
    gain = math.sqrt(float(true @ true) / max(float(found @ found), 1e-20))
    return Marks(si_sdr(true, found), spectral_distance(true, gain * found, ONE_SHOTS, top_hz),
                 cosine(mfcc(true), mfcc(found)))


def si_sdr(true: np.ndarray, found: np.ndarray) -> float:
    """In dB, WORST_DB where one of them is silent."""
    energy, true_energy = float(found @ found), float(true @ true)
    if energy < 1e-12 or true_energy < 1e-12:
        return WORST_DB
    alike = float(true @ found) ** 2 / (energy * true_energy)
    ratio = max(alike / max(1 - alike, 1e-12), 1e-20)
    return float(np.clip(10 * math.log10(ratio), WORST_DB, BEST_DB))


def spectral_distance(true: np.ndarray, found: np.ndarray, windows: Windows, top_hz: float = RATE / 2) -> float:
    """dB: mean over STFT frames of the rms over bands; frames in which both are at the floor do not count."""
    one, other = mel_db(true, windows, top_hz), mel_db(found, windows, top_hz)
    floor = one.max() + _FLOOR_DB
    one, other = np.maximum(one, floor), np.maximum(other, floor)
    apart = (one - other)[:, ((one > floor) | (other > floor)).any(axis=0)]
    return float(np.sqrt(np.square(apart).mean(axis=0)).mean()) if apart.size else 0.0


def mfcc(audio: np.ndarray) -> np.ndarray:
    """(19, stft_frames): coefficients 1 to 19, floor 60 dB under the loudest band."""
    bands = mel_db(audio, ONE_SHOTS, RATE / 2)
    return np.asarray(dct(np.maximum(bands - bands.max(), _FLOOR_DB), axis=0, norm="ortho")[1:20])


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """0 where one of them is nothing."""
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
    """Cut, or followed by silence, to `frames`."""
    return audio[:frames] if len(audio) >= frames else np.pad(audio, (0, frames - len(audio)))


def sounding(audio: np.ndarray) -> int:
    """Frames up to the last that is within 60 dB of the peak."""
    loud = np.abs(audio)
    heard = np.nonzero(loud > loud.max(initial=0.0) * 10 ** (_FLOOR_DB / 20))[0]
    return int(heard[-1]) + 1 if len(heard) else 0


def shifted(true: np.ndarray, found: np.ndarray) -> np.ndarray:
    """`found` (at least 5 ms longer than `true`) moved by at most 5 ms to where it is most like `true`."""
    frames = len(true)
    products = fftconvolve(np.pad(found, (_SHIFT, 0)), true[::-1])[frames - 1 : frames + 2 * _SHIFT]
    shift = int(products.argmax()) - _SHIFT
    return fitted(np.pad(found, (max(-shift, 0), 0))[max(shift, 0):], frames)
