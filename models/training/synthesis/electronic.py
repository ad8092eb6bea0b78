"""Synthetic drums: kicks, snares, toms, hi-hats and cymbals computed from sines and noise.

Analogue drum machines sum a decaying sine and filtered noise; metal is many inharmonic partials, each with its own
decay. Every sound is drawn at random within ranges typical of its drum, so that a network cannot memorise it.
"""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfilt

from engine.core.pattern import TRACK_NAMES
from models.training.synthesis.bank import RATE, Shot, Sounds

Rng = np.random.Generator


def computed_sounds(seed: int, each: int) -> Sounds:
    """`each` sounds of every drum, in kits of four per drum. The same seed gives the same sounds."""
    rng = np.random.default_rng((seed, 808))
    shots, pieces, at = [], [], 0
    for drum, name in enumerate(TRACK_NAMES):
        for number in range(each):
            sound = _MAKERS[name](rng).astype(np.float32)
            sound = ended(sound / max(float(np.abs(sound).max()), 1e-6))
            kit = f"computed_{number // 4:02d}"
            shots.append(Shot(drum, kit, kit, f"{name}_{number:03d}", 0, at, len(sound)))
            pieces.append(sound)
            at += len(sound)
    groups = tuple((number,) for number in range(len(shots)))
    return Sounds(np.concatenate(pieces), tuple(shots), groups)


def ended(sound: np.ndarray) -> np.ndarray:
    """The sound without its inaudible end (60 dB below full scale), faded out over 5 ms."""
    audible = np.nonzero(np.abs(sound) > 1e-3)[0]
    sound = sound[: int(audible[-1]) + 1].copy() if len(audible) else sound
    fade = min(220, len(sound))
    sound[len(sound) - fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return sound


def _seconds(length_s: float) -> np.ndarray:
    return np.arange(round(length_s * RATE)) / RATE


def _sweep(at_s: np.ndarray, from_hz: float, to_hz: float, fall_s: float) -> np.ndarray:
    """A sine that falls exponentially from one pitch to another."""
    phase = to_hz * at_s + (from_hz - to_hz) * fall_s * (1.0 - np.exp(-at_s / fall_s))
    return np.sin(2 * np.pi * phase)


def _band(rng: Rng, frames: int, low_hz: float, high_hz: float, order: int = 1) -> np.ndarray:
    """Band-passed noise of rms 1."""
    noise = rng.standard_normal(frames)
    high = min(high_hz, 0.48 * RATE)
    noise = sosfilt(butter(order, [low_hz, high], "bandpass", fs=RATE, output="sos"), noise)
    return noise / max(float(noise.std()), 1e-9)


def _log(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _kick(rng: Rng) -> np.ndarray:
    at_s = _seconds(rng.uniform(0.25, 0.9))
    to_hz = _log(rng, 38, 75)
    body = _sweep(at_s, to_hz * _log(rng, 1.5, 7), to_hz, _log(rng, 0.006, 0.06)) * np.exp(
        -at_s / _log(rng, 0.05, 0.3))
    body = np.tanh(_log(rng, 0.5, 4) * body)
    click = _band(rng, len(at_s), 800, 8000) * np.exp(-at_s / _log(rng, 0.001, 0.006))
    return body + rng.uniform(0.0, 0.25) * click


def _snare(rng: Rng) -> np.ndarray:
    style = rng.random()
    if style < 0.15:
        return _clap(rng)
    if style < 0.3:
        return _rim(rng)
    at_s = _seconds(rng.uniform(0.15, 0.7))
    root = _log(rng, 130, 420)
    pitched = style < 0.6
    tone = _sweep(at_s, root * _log(rng, 1.0, 2.2), root, _log(rng, 0.005, 0.05))
    tone += rng.uniform(0.0, 0.8) * _sweep(at_s, root * rng.uniform(1.4, 2.3), root * rng.uniform(1.4, 2.0), 0.02)
    tone *= np.exp(-at_s / _log(rng, 0.03, 0.16))
    noise = _band(rng, len(at_s), _log(rng, 500, 3000), _log(rng, 6000, 20000))
    noise *= np.exp(-at_s / _log(rng, 0.04, 0.2)) * (1 - rng.uniform(0, 0.8) * np.exp(-at_s / 0.004))
    return tone + (rng.uniform(0.12, 0.4) if pitched else rng.uniform(0.3, 1.2)) * noise


def _clap(rng: Rng) -> np.ndarray:
    at_s = _seconds(rng.uniform(0.2, 0.5))
    noise = _band(rng, len(at_s), _log(rng, 500, 1200), _log(rng, 2500, 9000))
    envelope = np.zeros_like(at_s)
    gap = rng.uniform(0.006, 0.013)
    bursts = int(rng.integers(2, 5))
    for burst in range(bursts):
        since = at_s - burst * gap
        last = burst == bursts - 1
        envelope += (since >= 0) * np.exp(-np.maximum(since, 0) / (_log(rng, 0.03, 0.12) if last else 0.004))
    return noise * envelope


def _rim(rng: Rng) -> np.ndarray:
    at_s = _seconds(0.15)
    sound = sum(_sweep(at_s, hz * 1.05, hz, 0.01) * np.exp(-at_s / _log(rng, 0.006, 0.03))
                for hz in (_log(rng, 350, 900), _log(rng, 1200, 2600)))
    return sound + rng.uniform(0.05, 0.5) * _band(rng, len(at_s), 1500, 9000) * np.exp(-at_s / 0.006)


def _tom(rng: Rng) -> np.ndarray:
    at_s = _seconds(rng.uniform(0.3, 1.2))
    root = _log(rng, 70, 300)
    body = _sweep(at_s, root * _log(rng, 1.1, 2.2), root, _log(rng, 0.015, 0.15)) * np.exp(
        -at_s / _log(rng, 0.08, 0.35))
    body += rng.uniform(0, 0.4) * np.sin(2 * np.pi * root * 1.59 * at_s) * np.exp(-at_s / _log(rng, 0.04, 0.15))
    stick = _band(rng, len(at_s), 400, 5000) * np.exp(-at_s / _log(rng, 0.002, 0.02))
    return body + rng.uniform(0.0, 0.2) * stick


def _partials(rng: Rng, at_s: np.ndarray, count: int, low_hz: float, high_hz: float, decay_s: float,
              ) -> np.ndarray:
    """Inharmonic partials, denser towards high frequencies, which decay faster."""
    hz = np.sort(low_hz * (high_hz / low_hz) ** rng.random(count) ** 0.7)
    fall = decay_s * (hz / low_hz) ** -rng.uniform(0.2, 0.6) * np.exp(0.3 * rng.standard_normal(count))
    level = np.exp(0.6 * rng.standard_normal(count)) * (hz / low_hz) ** rng.uniform(-0.5, 0.3)
    phase = 2 * np.pi * rng.random(count)
    sound = np.zeros_like(at_s, np.float32)
    small = at_s.astype(np.float32)
    for pitch, tau, gain, start in zip(hz, fall, level, phase, strict=True):
        sound += np.float32(gain) * np.sin(np.float32(2 * np.pi * pitch) * small + np.float32(start)) * np.exp(
            small * np.float32(-1 / tau))
    return sound / np.sqrt(count)


def _squares(rng: Rng, at_s: np.ndarray, low_hz: float) -> np.ndarray:
    """Six detuned square waves through a high-pass: the cymbals of analogue drum machines."""
    hz = low_hz * np.array([1.0, 1.48, 1.8, 2.55, 2.63, 3.9]) * np.exp(0.08 * rng.standard_normal(6))
    sound = sum(np.sign(np.sin(2 * np.pi * pitch * at_s + 6.28 * rng.random())) for pitch in hz)
    high = butter(2, _log(rng, 3500, 8000), "highpass", fs=RATE, output="sos")
    sound = sosfilt(high, sound)
    return sound / max(float(sound.std()), 1e-9)


def _hihat(rng: Rng) -> np.ndarray:
    is_open = rng.random() < 0.35
    at_s = _seconds(0.9 if is_open else 0.25)
    fall = _log(rng, 0.12, 0.45) if is_open else _log(rng, 0.012, 0.07)
    style = rng.random()
    noise = _band(rng, len(at_s), _log(rng, 3500, 9000), 20000, 2)
    if style < 0.4:
        source = noise
    elif style < 0.7:
        source = _squares(rng, at_s, _log(rng, 180, 500)) + rng.uniform(0, 0.5) * noise
    else:
        source = 2 * _partials(rng, at_s, 40, _log(rng, 2500, 5000), 17000, 5.0) + rng.uniform(0.2, 1) * noise
    return source * np.exp(-at_s / fall)


def _ride(rng: Rng) -> np.ndarray:
    at_s = _seconds(rng.uniform(1.0, 2.2))
    decay = _log(rng, 0.35, 1.4)
    low = _log(rng, 350, 1400)
    wash = _partials(rng, at_s, 60, low, 15000, decay)
    ping = _partials(rng, at_s, 8, _log(rng, 2000, 4200), 8000, _log(rng, 0.03, 0.2))
    bell = _partials(rng, at_s, 4, _log(rng, 600, 1300), 4000, decay) * (rng.random() < 0.3)
    hiss = _band(rng, len(at_s), 5000, 18000) * np.exp(-at_s / (0.6 * decay))
    tick = _band(rng, len(at_s), 4000, 16000) * np.exp(-at_s / _log(rng, 0.003, 0.015))
    return wash + rng.uniform(0.3, 2) * ping + 1.5 * bell + rng.uniform(0, 0.3) * hiss + rng.uniform(0.2, 1) * tick


def _crash(rng: Rng) -> np.ndarray:
    at_s = _seconds(rng.uniform(1.2, 2.5))
    decay = _log(rng, 0.4, 1.6)
    metal = _partials(rng, at_s, 70, _log(rng, 250, 800), 16000, 1.3 * decay)
    hiss = _band(rng, len(at_s), _log(rng, 1200, 4000), 19000) * np.exp(-at_s / decay)
    swell = 1 - rng.uniform(0, 0.7) * np.exp(-at_s / _log(rng, 0.005, 0.05))
    return (rng.uniform(0.3, 1.5) * metal + rng.uniform(0.4, 1.2) * hiss) * swell


_MAKERS: dict[str, Callable[[Rng], np.ndarray]] = {
    "kick": _kick, "snare": _snare, "tom": _tom, "hihat": _hihat, "ride": _ride, "crash": _crash}
