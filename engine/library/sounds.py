"""One-shots as they sound in Tao, for players whose envelopes and filters differ from Tao's.

Attack, decay (linear in Tao, exponential elsewhere) and low-pass are written into the audio; level, pan, pitch, layers
and choke groups stay numbers where a format has them.
"""

import math

import numpy as np

from engine.core.kit import Layer, OneShot
from engine.core.loop import Audio
from engine.library.resampling import resampled

HIGHEST_CUTOFF = 0.45  # of the sample rate
_DAMPING = math.sqrt(2.0)


def speed(shot: OneShot) -> float:
    """How fast the one-shot's recordings play: 2 is an octave up."""
    return float(2.0 ** (shot.pitch_semitones / 12.0))


def shaped(audio: Audio, shot: OneShot, sample_rate: int) -> Audio:
    """The recording (frames, channels) with attack, decay and low-pass, to be played at the one-shot's pitch."""
    frames = len(audio)
    if shot.decay_s is not None:
        frames = min(frames, max(1, math.ceil(shot.decay_s * sample_rate * speed(shot))))
    out = audio[:frames] if shot.cutoff_hz is None else _low_passed(audio[:frames], shot.cutoff_hz / speed(shot),
                                                                   sample_rate)
    age_s = np.arange(frames) / (speed(shot) * sample_rate)
    gain = np.ones(frames)
    if shot.attack_s > 0.0:
        gain *= np.minimum(1.0, age_s / shot.attack_s)
    if shot.decay_s is not None:
        gain *= np.maximum(0.0, 1.0 - age_s / shot.decay_s)
    return np.ascontiguousarray(out * gain[:, None], np.float32)


def as_played(audio: Audio, shot: OneShot, layer: Layer, sample_rate: int) -> Audio:
    """The recording (frames, 2) as a hit of velocity 1 sounds: shaped, at its pitch, level and pan."""
    out = shaped(audio, shot, sample_rate)
    if shot.pitch_semitones:
        out = _pitched(out, speed(shot))
    sides = np.array([min(1.0, 1.0 - shot.pan), min(1.0, 1.0 + shot.pan)]) * shot.gain * layer.gain
    return np.ascontiguousarray(out * sides, np.float32)


def midi_velocities(low: float, high: float) -> tuple[int, int] | None:
    """The lowest and highest MIDI velocity of a zone that reaches from `low` up to `high`; None if it has none."""
    lowest, highest = max(math.ceil(127 * low - 1e-6), 1), 127 if high == 1.0 else math.ceil(127 * high - 1e-6) - 1
    return None if lowest > highest else (lowest, highest)


def _pitched(audio: Audio, ratio: float) -> Audio:
    """The audio played `ratio` times as fast, band-limited."""
    rate = 1 << 20
    return resampled(audio, round(rate * ratio), rate, circular=False, axis=0)


def _low_passed(audio: Audio, cutoff_hz: float, sample_rate: int) -> Audio:
    """The two-pole low-pass of the sampler (Zavalishin, "The Art of VA Filter Design", chapter 4)."""
    from scipy.signal import lfilter  # slow to load, and few one-shots have a filter

    g = math.tan(math.pi * min(cutoff_hz / sample_rate, HIGHEST_CUTOFF))
    whole = 1.0 + _DAMPING * g + g * g
    b0 = g * g / whole
    poles = [1.0, 2.0 * (g * g - 1.0) / whole, (1.0 - _DAMPING * g + g * g) / whole]
    return np.asarray(lfilter([b0, 2.0 * b0, b0], poles, audio, axis=0), np.float32)
