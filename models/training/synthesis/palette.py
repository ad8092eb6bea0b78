"""The sounds of one loop: articulations drawn from the bank, then repitched, shaped, filtered and layered.

The recordings are few; pitch, decay, attack, filters, drive and a second sound underneath turn each into many. All
velocity layers of an articulation are treated alike, so that a drum stays one drum.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from models.training.synthesis.bank import CRASH, HIHAT, KICK, OTHER, RATE, RIDE, SNARE, TOM, Bank
from models.training.synthesis.regrown import crossed, rung, washed

Rng = np.random.Generator
# the level of a drum in a loop, drawn uniformly between these, in dB
_LEVEL_DB = {KICK: (-6, 0), SNARE: (-8, 0), TOM: (-12, 0), HIHAT: (-22, -5), RIDE: (-20, -6), CRASH: (-16, -3),
             OTHER: (-20, -4)}
_MOST_LAYERS = 3        # velocity layers of one articulation
_ONE_KIT_SHARE = 0.5    # of loops whose drums all come from one kit, where it has them
_FAMILY_SHARE = 0.6     # of other drums that are drawn by family and instrument, so that large ones do not dominate
_TUNED_SHARE = 0.3      # of loops whose sounds are all repitched by the same ratio
_WILD_SHARE = 0.5       # of loops that are bent as WILD says, the others as TAME does
_SOFT_SHARE = 0.5       # of loops in which a drum of one layer gets a second, darker one for soft hits
_SLOW_ATTACK_SHARE = 0.12
_DRIVE_SHARE = 0.2
_THICK_OTHER_SHARE = 0.05  # as Reach.thick_share, for other percussion
_SAME_KIT_SHARE = 0.6    # of second sounds of a drum that are of the same kit: bell and bow, closed and open hat
_RUNG_SHARE = 0.4        # of sounds that decay up to 2.5 times as fast or as slowly
_CROSSED_SHARE = 0.15    # of sounds with the attack of one recording and the tail of another
_WASHED = {RIDE: 0.35, CRASH: 0.2, HIHAT: 0.1}  # the share of a cymbal's sounds with a wash that builds up
_PEAK_HZ = {KICK: (50, 600), SNARE: (120, 9000), TOM: (120, 9000)}  # where a drum's peak filters lie
_PEAK_OTHERS_HZ = (1500, 14000)


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """One sound of a drum. layers: softest first, each (frames,) float32 at peak 1; gain: of all of them, linear."""

    layers: tuple[np.ndarray, ...]
    gain: float


@dataclass(frozen=True, slots=True)
class Shape:
    """How a recording is changed. ratio: of pitch; decay_frames: time constant of an extra decay, 0 for none;
    attack_frames: of a fade-in; filters (sections, 5): biquads b0 b1 b2 a1 a2; drive: into tanh, 0 for none."""

    ratio: float
    decay_frames: float
    attack_frames: int
    filters: np.ndarray
    drive: float


@dataclass(frozen=True, slots=True)
class Reach:
    """The ranges that a Shape is drawn from. A share is a probability.

    semitones: standard deviation of pitch; wide_share: of sounds repitched by up to 7 semitones instead; decay_share:
    with an extra decay; shelf_share, shelf_db: with a high shelf, standard deviation of its gain; peak_share, peaks,
    peak_db, narrowest: with peak filters, how many (at least, less than), standard deviation of their gain, largest Q;
    thick_share: with a second sound underneath.
    """

    semitones: float
    wide_share: float
    decay_share: float
    shelf_share: float
    shelf_db: float
    peak_share: float
    peaks: tuple[int, int]
    peak_db: float
    narrowest: float
    thick_share: float


TAME = Reach(1.6, 0.2, 0.45, 0.5, 5.0, 0.6, (0, 3), 6.0, 4.0, 0.25)
WILD = Reach(2.5, 0.3, 0.55, 0.7, 7.0, 0.75, (1, 5), 8.0, 6.0, 0.45)


@njit("f4[::1](f4[::1], f8, f8, i8, f8[:,::1], f8)", cache=True, nogil=True)
def bend(source, ratio, decay_frames, attack_frames, filters, drive):
    """source read `ratio` times as fast (4-point Hermite interpolation), decayed, filtered and driven; at peak 1."""
    frames = int(len(source) / ratio)
    out = np.empty(frames, np.float32)
    fall = math.exp(-1.0 / decay_frames) if decay_frames > 0 else 1.0
    gain, peak = 1.0, 1e-9
    state = np.zeros((len(filters), 2))
    last = len(source) - 1
    for i in range(frames):
        place = i * ratio
        k = int(place)
        t = place - k
        y0 = source[k - 1] if k > 0 else 0.0
        y1 = source[k]
        y2 = source[k + 1] if k < last else 0.0
        y3 = source[k + 2] if k + 1 < last else 0.0
        c1 = 0.5 * (y2 - y0)
        c3 = 1.5 * (y1 - y2) + 0.5 * (y3 - y0)
        c2 = y0 - y1 + c1 - c3
        value = (((c3 * t + c2) * t + c1) * t + y1) * gain
        gain *= fall
        if i < attack_frames:
            value *= (i + 1.0) / attack_frames
        for s in range(len(filters)):        # transposed direct form II
            y = filters[s, 0] * value + state[s, 0]
            state[s, 0] = filters[s, 1] * value - filters[s, 3] * y + state[s, 1]
            state[s, 1] = filters[s, 2] * value - filters[s, 4] * y
            value = y
        out[i] = value
        peak = max(peak, abs(value))
    if drive > 0:
        top = math.tanh(drive)
        for i in range(frames):
            out[i] = math.tanh(drive * out[i] / peak) / top
        peak = 1.0
    for i in range(frames):
        out[i] /= peak
    return out


def peak_filter(hz: float, gain_db: float, width: float) -> list[float]:
    """A peaking biquad of Q `width` (Bristow-Johnson's cookbook): b0 b1 b2 a1 a2 with a0 = 1."""
    root, omega = 10 ** (gain_db / 40), 2 * math.pi * min(hz, 0.45 * RATE) / RATE
    alpha = math.sin(omega) / (2 * width)
    a0 = 1 + alpha / root
    b1 = -2 * math.cos(omega) / a0
    return [(1 + alpha * root) / a0, b1, (1 - alpha * root) / a0, b1, (1 - alpha / root) / a0]


def shelf_filter(hz: float, gain_db: float) -> list[float]:
    """A first-order high shelf."""
    k = math.tan(math.pi * min(hz, 0.45 * RATE) / RATE)
    gain = 10 ** (gain_db / 20)
    return [(gain + k) / (1 + k), (k - gain) / (1 + k), 0.0, (k - 1) / (k + 1), 0.0]


def draw_shape(rng: Rng, drum: int, tune: float, reach: Reach = TAME) -> Shape:
    """A random Shape; tune: the pitch ratio that all sounds of the loop share."""
    wide = rng.random() < reach.wide_share
    semitones = rng.uniform(-7, 7) if wide else rng.normal(0, reach.semitones)
    ratio = float(np.clip(tune * 2 ** (semitones / 12), 0.45, 2.2))
    decay = float(np.exp(rng.uniform(np.log(0.03), np.log(0.8)))) * RATE if rng.random() < reach.decay_share else 0.0
    attack = round(rng.uniform(0.0005, 0.004) * RATE) if rng.random() < _SLOW_ATTACK_SHARE else 0
    filters = []
    if rng.random() < reach.shelf_share:
        filters.append(shelf_filter(float(np.exp(rng.uniform(np.log(300), np.log(8000)))),
                                    rng.normal(0, reach.shelf_db)))
    for _ in range(int(rng.integers(*reach.peaks)) if rng.random() < reach.peak_share else 0):
        low, high = _PEAK_HZ.get(drum, _PEAK_OTHERS_HZ)
        filters.append(peak_filter(float(np.exp(rng.uniform(np.log(low), np.log(high)))),
                                   rng.normal(0, reach.peak_db), rng.uniform(0.5, reach.narrowest)))
    drive = float(np.exp(rng.uniform(np.log(0.5), np.log(6)))) if rng.random() < _DRIVE_SHARE else 0.0
    return Shape(ratio, decay, attack, np.array(filters, np.float64).reshape(-1, 5), drive)


def bent(source: np.ndarray, shape: Shape) -> np.ndarray:
    """source, changed as a Shape says; at peak 1."""
    return bend(source, shape.ratio, shape.decay_frames, shape.attack_frames, shape.filters, shape.drive)


class Palette:
    """The voices of one loop, made when first asked for."""

    def __init__(self, bank: Bank, rng: Rng) -> None:
        self._bank, self._rng = bank, rng
        self._kit = str(rng.choice(bank.full_kits)) if rng.random() < _ONE_KIT_SHARE else None
        self._tune = 2 ** (rng.normal(0, 1.5) / 12) if rng.random() < _TUNED_SHARE else 1.0
        self._reach = WILD if rng.random() < _WILD_SHARE else TAME
        self._soft_db = rng.uniform(-14, 0) if rng.random() < _SOFT_SHARE else 0.0
        self._level_db = {drum: rng.uniform(*_LEVEL_DB[drum]) for drum in range(OTHER + 1)}
        self._made: dict[tuple[int, int], Voice] = {}
        self._first: dict[int, tuple[int, ...]] = {}         # each drum's usual articulation

    def voice(self, drum: int, variant: int) -> Voice:
        """The voice of a variant of a drum; the same object each time."""
        if (drum, variant) not in self._made:
            gain = 10 ** ((self._level_db[drum] + (self._rng.normal(0, 1.5) if variant else 0.0)) / 20)
            self._made[drum, variant] = Voice(self._layers(drum, self._articulation(drum, variant)), gain)
        return self._made[drum, variant]

    def _group(self, drum: int) -> tuple[int, ...]:
        if self._kit is not None and (self._kit, drum) in self._bank.of_kit:
            members = self._bank.of_kit[self._kit, drum]
        elif self._rng.random() < _FAMILY_SHARE:
            families = self._bank.families[drum]
            instruments = families[int(self._rng.integers(len(families)))]
            members = instruments[int(self._rng.integers(len(instruments)))]
        else:
            members = self._bank.of_drum[drum]
        return self._bank.sounds.groups[int(members[int(self._rng.integers(len(members)))])]

    def _articulation(self, drum: int, variant: int) -> tuple[int, ...]:
        """The recordings of a variant: often another articulation of the kit that the usual one is from."""
        if variant and drum in self._first and self._rng.random() < _SAME_KIT_SHARE:
            kit = self._bank.sounds.shots[self._first[drum][0]].kit
            members = self._bank.of_kit[kit, drum]
            return self._bank.sounds.groups[int(members[int(self._rng.integers(len(members)))])]
        group = self._group(drum)
        self._first.setdefault(drum, group)
        return group

    def _layers(self, drum: int, group: tuple[int, ...]) -> tuple[np.ndarray, ...]:
        if len(group) > _MOST_LAYERS:
            group = tuple(group[index] for index in np.linspace(0, len(group) - 1, _MOST_LAYERS).round().astype(int))
        sources = [self._audio(number) for number in group]
        shape = draw_shape(self._rng, drum, self._tune, self._reach)
        layers = self._regrown(drum, [bent(source, shape) for source in sources])
        if self._rng.random() < (_THICK_OTHER_SHARE if drum == OTHER else self._reach.thick_share):
            layers = self._thickened(drum, layers)
        if len(layers) == 1 and self._soft_db < -3:
            darker = np.array([shelf_filter(1500.0, self._soft_db)])
            layers = [bend(layers[0], 1.0, 0.0, 0, darker, 0.0), layers[0]]
        return tuple(layers)

    def _regrown(self, drum: int, layers: list[np.ndarray]) -> list[np.ndarray]:
        """The layers with another tail, another decay, or a wash."""
        rng = self._rng
        if drum != OTHER and rng.random() < _CROSSED_SHARE:
            tail = bent(self._audio(self._group(drum)[-1]), draw_shape(rng, drum, self._tune, self._reach))
            after = round(rng.uniform(0.008, 0.06) * RATE)
            layers = [crossed(layer, tail, after) for layer in layers]
        if rng.random() < _RUNG_SHARE:
            factor = float(np.exp(rng.uniform(np.log(0.4), np.log(2.5))))
            layers = [rung(layer, factor) for layer in layers]
        if rng.random() < _WASHED.get(drum, 0.0):
            shape = replace(draw_shape(rng, drum, self._tune, self._reach), decay_frames=0.0,
                            attack_frames=round(rng.uniform(0.08, 0.4) * RATE))
            wash, gain = bent(self._audio(self._group(drum)[-1]), shape), float(rng.uniform(0.1, 0.6))
            layers = [washed(layer, wash, gain) for layer in layers]
        return layers

    def _thickened(self, drum: int, layers: list[np.ndarray]) -> list[np.ndarray]:
        """The layers with a second sound of the same drum underneath."""
        under = self._audio(self._group(drum)[-1])
        under = bent(under, draw_shape(self._rng, drum, self._tune, self._reach))
        gain, late = self._rng.uniform(0.2, 0.9), int(self._rng.integers(0, 130))
        thick = []
        for layer in layers:
            both = np.zeros(max(len(layer), len(under) + late), np.float32)
            both[: len(layer)] = layer
            both[late : late + len(under)] += np.float32(gain) * under
            thick.append(both / max(float(np.abs(both).max()), 1e-6))
        return thick

    def _audio(self, number: int) -> np.ndarray:
        shot = self._bank.sounds.shots[number]
        return self._bank.sounds.audio[shot.start : shot.start + shot.frames]
