"""What a one-shot sounds like, as a short vector: two that sound alike are close to each other.

MFCCs (Davis & Mermelstein, 1980) of the attack and of the body, how they vary, and the envelope. Level, silence before
the hit and sample rate do not count.
"""

import math
from functools import cache

import numpy as np

from engine.core.loop import Audio
from engine.library.matching import decay_time_s, leading_edge

BANDS, COEFFICIENTS, SLOTS = 40, 13, 8
LOWEST_HZ, HIGHEST_HZ = 40.0, 16000.0
HEARD_S, ATTACK_S, WINDOW_S = 1.0, 0.06, 0.023
FLOOR_DB = -60.0
SILENT = 1e-6
SIZE = 3 * COEFFICIENTS + SLOTS + 1
BYTES = 4 * SIZE
SAME = 0.02  # vectors closer than this are of one sound, up to level, silence and encoding
_SLOTS_S = (0.0, 0.01, 0.03, 0.07, 0.15, 0.25, 0.4, 0.65, 1.0)
_MFCC_SCALE, _SPREAD_SCALE, _SLOT_SCALE, _DECAY_SCALE = 0.012, 0.012, 0.015, 0.35


def timbre(audio: Audio, sample_rate: int) -> np.ndarray | None:
    """(48,) float32 of a hit, float32 (frames, channels); None for silence, and for what is no number."""
    peak = float(np.abs(audio).max(initial=0.0))
    if not SILENT < peak < math.inf:
        return None
    edge = leading_edge(audio)
    mono = audio[edge : edge + round(HEARD_S * sample_rate)].mean(axis=1, dtype=np.float64)
    if np.abs(mono).max() < SILENT:  # two sides that cancel each other
        return None
    mono = mono / np.abs(mono).max()
    levels = _mel_db(mono, sample_rate)                                            # (stft_frames, bands)
    levels = np.maximum(levels - levels.max(), FLOOR_DB)
    coefficients = levels @ _cosines().T                                           # (stft_frames, coefficients)
    loudness = np.maximum(10.0 ** (levels / 10.0), 0.0).sum(axis=1)
    weights = np.sqrt(loudness) / np.sqrt(loudness).sum()
    body = weights @ coefficients
    spread = np.sqrt(weights @ np.square(coefficients - body))
    attack = coefficients[: max(1, round(ATTACK_S / (WINDOW_S / 2.0)))].mean(axis=0)
    return np.concatenate((_MFCC_SCALE * attack, _MFCC_SCALE * body, _SPREAD_SCALE * spread,
                           _SLOT_SCALE * _envelope_db(mono, sample_rate),
                           [_DECAY_SCALE * math.log2(decay_time_s(mono[:, None], sample_rate) + 0.02)])
                          ).astype(np.float32)


def distances(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(others,) float32: how far `one` (48,) is from each of `others` (others, 48)."""
    return np.asarray(np.linalg.norm(others - one, axis=1))


def closeness(distance: float) -> float:
    """A distance as a score: 1 for the same sound, near 0 for one that has nothing in common with it."""
    return math.exp(-2.0 * distance)


def _mel_db(mono: np.ndarray, sample_rate: int) -> np.ndarray:
    """(stft_frames, bands) dB of mono (frames,), in Hann windows of 23 ms that overlap by half."""
    window = max(16, round(WINDOW_S * sample_rate))
    hop = window // 2
    padded = np.pad(mono, (hop // 2, window + -len(mono) % hop))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    power = np.square(np.abs(np.fft.rfft(pieces * np.hanning(window), n=_fft_frames(window), axis=1)))
    return np.asarray(10.0 * np.log10(power @ _mel_bands(window, sample_rate) + 1e-12))


def _fft_frames(window: int) -> int:
    return 1 << (window - 1).bit_length()


@cache
def _mel_bands(window: int, sample_rate: int) -> np.ndarray:
    """(bins, bands): triangles of equal area, evenly spaced in mel; those above half the sample rate are empty."""
    def mel(hz: float) -> float:
        return 2595.0 * math.log10(1.0 + hz / 700.0)

    edges = 700.0 * (10.0 ** (np.linspace(mel(LOWEST_HZ), mel(HIGHEST_HZ), BANDS + 2) / 2595.0) - 1.0)
    frames = _fft_frames(window)
    hz = np.fft.rfftfreq(frames, 1.0 / sample_rate)[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(0.0, np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre)))
    narrow = (high - low) < 2.0 * sample_rate / frames
    nearest = np.abs(hz - centre) <= sample_rate / frames / 2.0  # a band narrower than the bins has the one beneath it
    triangles = np.where(narrow & (triangles.sum(axis=0) < 0.5), nearest, triangles)
    return np.asarray(triangles / (np.maximum(triangles.sum(axis=0), 1e-9) * frames))


@cache
def _cosines() -> np.ndarray:
    """(coefficients, bands): rows 1 to 13 of the orthonormal discrete cosine transform (type 2)."""
    rows, columns = np.arange(1, COEFFICIENTS + 1)[:, None], np.arange(BANDS)
    return np.asarray(math.sqrt(2.0 / BANDS) * np.cos(math.pi * rows * (columns + 0.5) / BANDS))


def _envelope_db(mono: np.ndarray, sample_rate: int) -> np.ndarray:
    """(8,) dB below the loudest: the level in eight stretches of the first second, short ones first."""
    ends = np.minimum(np.round(np.array(_SLOTS_S) * sample_rate).astype(int), len(mono))
    energy = np.concatenate(([0.0], np.cumsum(np.square(mono))))
    lengths = np.round(np.diff(_SLOTS_S) * sample_rate)
    levels = 10.0 * np.log10(np.diff(energy[ends]) / np.maximum(lengths, 1.0) + 1e-12)
    return np.asarray(np.maximum(levels - levels.max(), FLOOR_DB))
