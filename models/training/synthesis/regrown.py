"""Sounds made of others: the attack of one with the tail of another, a longer or shorter decay, a cymbal's wash."""

import numpy as np

from models.training.synthesis.bank import RATE

_CROSSED_S = 0.004          # how long one sound fades into the other
_MOST_GROWTH = 7.0          # nepers: a whole sound is raised by at most this towards its end
_LAST_SHARE = 0.3           # of a sound that was lengthened: it fades out, because recordings end before their tails do


def crossed(attack: np.ndarray, tail: np.ndarray, after: int) -> np.ndarray:
    """The first `after` frames of one sound, then the other from there on, as loud as the first one was. Peak 1."""
    fade = round(_CROSSED_S * RATE)
    if min(len(attack), len(tail)) < after + 2 * fade:
        return attack
    here = slice(after, after + 2 * fade)
    level = float(np.sqrt(np.square(attack[here]).mean() / max(np.square(tail[here]).mean(), 1e-12)))
    out = tail * np.float32(min(level, 4.0))
    rise = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    out[:after] = attack[:after]
    out[after : after + fade] = rise * out[after : after + fade] + (1 - rise) * attack[after : after + fade]
    return at_peak(out)


def rung(sound: np.ndarray, factor: float) -> np.ndarray:
    """The sound decaying `factor` times as slowly: multiplied by an exponential, its own decay taken from where its
    energy lies. Peak 1."""
    at_s = np.arange(len(sound), dtype=np.float32) / RATE
    energy = np.square(sound)
    own_s = max(2.0 * float((at_s * energy).sum() / max(energy.sum(), 1e-12)), 1e-3)
    slope = min((1.0 - 1.0 / factor) / own_s, _MOST_GROWTH * RATE / len(sound))
    out = sound * np.exp(np.float32(slope) * at_s)
    if factor > 1.0:
        last = round(_LAST_SHARE * len(out))
        out[len(out) - last :] *= np.linspace(1.0, 0.0, last, dtype=np.float32)
    return at_peak(out)


def washed(sound: np.ndarray, wash: np.ndarray, gain: float) -> np.ndarray:
    """The sound with another one, which swells up slowly, underneath. At every stroke the wash adds up. Peak 1."""
    out = np.zeros(max(len(sound), len(wash)), np.float32)
    out[: len(sound)] = sound
    out[: len(wash)] += np.float32(gain) * wash
    return at_peak(out)


def at_peak(sound: np.ndarray) -> np.ndarray:
    """The sound (frames,) as float32 at peak 1."""
    return (sound / max(float(np.abs(sound).max(initial=0.0)), 1e-6)).astype(np.float32)
