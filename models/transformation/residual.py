"""What becomes of a residual, all that a kit does not explain, when the kit plays another pattern.

As it is it would play the source's rhythm: what is left of its hits, their rooms and rings. `by_steps` moves it along
with the hits; `bed` keeps only what sounds all the time, such as hiss. The bed comes nearest to the true result of made
pairs, nearer than without any residual (docs/methods.md).
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import istft, stft

from engine.core.groove import step_onset_ticks, stroke_ticks
from engine.core.pattern import Pattern
from models.plugins import Audio
from models.sounds.rendering import add_circular

_TOGETHER_S = 0.02       # hits that are no further apart are one moment
_EARLY_S, _FADE_S = 0.003, 0.004
_WINDOW = 2048
_QUIETEST_SHARE = 0.2    # of the moments of each bin that count as the bed
_SEED = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """Hits that sound together: the frame of the first, and which drums."""

    frame: int
    drums: frozenset[str]


def moments(pattern: Pattern, frames: int, sample_rate: int) -> list[Moment]:
    """The moments of a pattern whose beats last `frames`, by time."""
    hits = []
    for track in pattern.tracks:
        for index in range(pattern.ticks // track.step_ticks):
            onset, step = step_onset_ticks(pattern, track, index), track.steps[index % len(track.steps)]
            if onset is not None and step is not None:
                hits += [(round(tick * frames / pattern.ticks) % frames, track.name)
                         for tick in stroke_ticks(step, onset, track.step_ticks)]
    found: list[Moment] = []
    for frame, name in sorted(hits):
        if found and frame - found[-1].frame <= _TOGETHER_S * sample_rate:
            found[-1] = Moment(found[-1].frame, found[-1].drums | {name})
        else:
            found.append(Moment(frame, frozenset({name})))
    return found


def by_steps(residual: Audio, there: list[Moment], wanted: list[Moment], frames: int, sample_rate: int) -> Audio:
    """(2, frames): at each wanted moment the residual (2, any) of the moment with the most alike drums, of several the
    one at the most alike place, until the next one comes. there: the moments of the residual's own loop."""
    out = np.zeros((2, frames), np.float32)
    if not there or not wanted:
        return out
    early, fade = round(_EARLY_S * sample_rate), round(_FADE_S * sample_rate)
    own_frames = residual.shape[1]
    for number, moment in enumerate(wanted):
        share = moment.frame / frames
        at = max(range(len(there)), key=lambda place: (_alike(there[place].drums, moment.drums),
                                                       -abs(there[place].frame / own_frames - share)))
        length = min(_gap(there, at, own_frames), _gap(wanted, number, frames))
        taken = np.take(residual, np.arange(there[at].frame - early, there[at].frame + length - early + fade), axis=1,
                        mode="wrap").copy()
        edge = np.linspace(0.0, 1.0, min(fade, taken.shape[1]), dtype=np.float32)
        taken[:, : len(edge)] *= edge
        taken[:, taken.shape[1] - len(edge):] *= edge[::-1]
        add_circular(out, taken, (moment.frame - early) % frames)
    return out


def bed(residual: Audio, frames: int) -> Audio:
    """(2, frames): noise with the spectrum of what of the residual (2, any) never stops."""
    rng = np.random.default_rng(_SEED)
    if residual.shape[1] < _WINDOW:
        return np.zeros((2, frames), np.float32)
    spectra = np.abs(stft(residual, nperseg=_WINDOW)[2])                 # (2, bins, stft_frames)
    steady = np.quantile(spectra, _QUIETEST_SHARE, axis=2)
    white = stft(rng.normal(size=(2, frames + 2 * _WINDOW)), nperseg=_WINDOW)[2]
    level = np.sqrt(np.mean(np.abs(white) ** 2, axis=(1, 2), keepdims=True))
    noise = istft(white / level * steady[:, :, None], nperseg=_WINDOW)[1]
    return np.asarray(noise[:, _WINDOW : _WINDOW + frames], np.float32)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _gap(moments_: list[Moment], place: int, frames: int) -> int:
    """Frames until the next moment, round the end."""
    following = moments_[(place + 1) % len(moments_)].frame
    return (following - moments_[place].frame) % frames or frames
