"""What speaks for and against each reading of a loop, as numbers that a small network rates.

Shares are of loudness. All that depends on the pattern is measured in the reading's own beats, so that a wrong tempo or
a wrong beat 1 shows as a kick off its beats, a snare off its backbeats, or bars that do not repeat.
"""

import numpy as np

from models.hearing.reading_candidates import BAR_QUARTERS, METERS, Candidates, HitTimes

KICK, SNARE, TOM, HIHAT, RIDE, CRASH = range(6)
GROUPS = ((KICK,), (SNARE,), (HIHAT, RIDE), (TOM, CRASH, 6))
SLOTS = 16                      # of the folded bar, whatever its metre
LAGS = (0.5, 1.0, 1.5, 2.0, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
_EARLY = 0.05                    # of a beat: a hit so little before beat 1 belongs to it
_TIMING_S = 0.010
_LAG_BIN_S = 0.004
_GRIDS = (((0.0, 0.25, 0.5, 0.75),), ((0.0, 0.28, 0.5, 0.78), (0.0, 0.31, 0.5, 0.81), (0.0, 1 / 3, 0.5, 5 / 6)),
          ((0.0, 1 / 3, 2 / 3),), ((0.0, 0.5),))  # lines in a quarter note: straight, swung, triplets, eighths


def evidence(hits: HitTimes, length_s: float, readings: Candidates) -> np.ndarray:
    """(candidates, features) float32."""
    places, place = _places(readings)
    position = ((hits.times_s[None] - places[:, 1:]) / places[:, :1]).astype(np.float32)  # (places, hits)
    at = position[place]
    inside = (at >= -_EARLY) & (at < (readings.quarters[:, None] - _EARLY).astype(np.float32))
    loud = (hits.loud / max(float(hits.loud.sum()), 1e-9)).astype(np.float32)
    weight = np.where(inside, loud[None], np.float32(0.0))
    columns = [_tempo(readings), _length(readings, length_s), _inside(hits, weight, readings),
               _regular(position, place, weight, places[:, 0]), _folded(hits, position, place, weight, readings),
               _beats(hits, position, place, weight, readings), _repeats(hits, readings, length_s)]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _places(readings: Candidates) -> tuple[np.ndarray, np.ndarray]:
    """(places, 2): each tempo (seconds a beat) with each beat 1 that readings share, and which of them a reading has:
    where the hits lie in a beat depends on nothing else."""
    pairs = np.column_stack([readings.beat_s, readings.start_s])
    places, place = np.unique(pairs, axis=0, return_inverse=True)
    return places, place.ravel()


def _tempo(readings: Candidates) -> np.ndarray:
    """The tempo in octaves from 110 BPM and soft bins of it; the metre; whether beat 1 is later than the first beat."""
    octaves = np.log2(60.0 / readings.beat_s / 110.0)
    centres = np.linspace(-1.1, 1.0, 8)
    bins = np.exp(-0.5 * ((octaves[:, None] - centres) / 0.15) ** 2)
    meter = np.eye(len(METERS))[readings.meter]
    return np.column_stack([octaves, bins, meter, np.round(readings.start_s / readings.beat_s).clip(0, 3)])


def _length(readings: Candidates, length_s: float) -> np.ndarray:
    """How the length fits: what is over or missing, on several scales; how far beat 1 is from the start; how many bars
    there are, and whether they are whole."""
    over_s = length_s - readings.start_s - readings.quarters * readings.beat_s
    period_s = length_s - readings.quarters * readings.beat_s
    bars = readings.quarters / BAR_QUARTERS[readings.meter]
    whole = np.abs(bars - np.round(bars)) < 1e-6
    counts = np.stack([whole & np.isin(np.round(bars), same) for same in ((1,), (2,), (4,), (8,), (16, 32))], axis=1)
    offset_s = readings.start_s - readings.beat_s * np.round(readings.start_s / readings.beat_s)
    return np.column_stack([
        _near(period_s, 0.0006), _near(period_s, 0.004), _near(over_s, 0.02), _near(over_s, 0.08),
        (over_s / 0.3).clip(-1, 2), (over_s / readings.beat_s).clip(-1, 4),
        (over_s / (readings.beat_s * BAR_QUARTERS[readings.meter])).clip(-1, 1), over_s < -0.01,
        readings.start_s == 0.0, (offset_s / 0.05).clip(-2, 3), np.abs(offset_s) < 0.012,
        whole, counts, np.log2(readings.quarters) / 3, readings.quarters % 1.0 != 0, readings.quarters % 2.0 != 0])


def _near(value: np.ndarray, spread: float) -> np.ndarray:
    """1 at zero, falling as a bell curve of this width."""
    return np.asarray(np.exp(-0.5 * (value / spread) ** 2))


def _inside(hits: HitTimes, weight: np.ndarray, readings: Candidates) -> np.ndarray:
    """How much of what was played the reading uses, as loudness and as time; how many hits a beat there are."""
    count = (weight > 0).sum(axis=1)
    span_s = max(float(hits.times_s.max() - hits.times_s.min()), 1e-3)
    busy = np.log2(np.maximum(count, 1) / readings.quarters)
    return np.column_stack([weight.sum(axis=1), count / max(len(hits.times_s), 1), busy, busy**2,
                            (readings.quarters * readings.beat_s / span_s).clip(0, 2)])


def _regular(position: np.ndarray, place: np.ndarray, weight: np.ndarray, beat_s: np.ndarray) -> np.ndarray:
    """How well the hits lie on each kind of grid: mean log-likelihood over hits anywhere, and share near its lines.
    position (places, hits) and beat_s (places,) as in `_places`."""
    total = weight.sum(axis=1).clip(1e-9)
    within = position % 1.0
    spread = (_TIMING_S / beat_s)[:, None].astype(np.float32)
    found = []
    for kind in _GRIDS:
        fits, near = [], []
        for lines in kind:
            off = _distance(within, lines)
            density = np.exp(-0.5 * (off / spread) ** 2) / (spread * np.float32(np.sqrt(2 * np.pi) * len(lines)))
            likely = np.log(np.float32(0.8) * density + np.float32(0.2))
            fits.append(np.einsum("rh,rh->r", weight, likely[place]) / total)
            near.append(np.einsum("rh,rh->r", weight, (off < 2 * spread).astype(np.float32)[place]) / total)
        found += [np.max(fits, axis=0), np.max(near, axis=0)]
    return np.column_stack(found)


def wander_s(hits: HitTimes, beat_s: float, start_s: float) -> float:
    """How far the hits lie from the sixteenths or triplets of one reading, in seconds: the mean over their loudness."""
    within = (((hits.times_s - start_s) / beat_s) % 1.0).astype(np.float32)
    grids = [_distance(within, lines) for kind in _GRIDS[:3] for lines in kind]
    weight = hits.loud / max(float(hits.loud.sum()), 1e-9)
    return min(float(off @ weight) for off in grids) * beat_s


def _distance(within: np.ndarray, lines: tuple[float, ...]) -> np.ndarray:
    """How far each place within a beat is from the nearest of these lines, in beats."""
    off = np.full_like(within, 0.5)
    for line in lines:
        np.minimum(off, np.abs((within - np.float32(line) + np.float32(0.5)) % 1.0 - np.float32(0.5)), out=off)
    return off


def _folded(hits: HitTimes, position: np.ndarray, place: np.ndarray, weight: np.ndarray, readings: Candidates
            ) -> np.ndarray:
    """The bar as it is played on average: for each group of drums, the share of its loudness in each slot of a bar of
    four quarter notes, and how loud the group is; zeros for other metres."""
    slots = (np.round(4 * position).astype(np.int32) % SLOTS)[place]
    four = (readings.meter == 0)[:, None]
    rows = np.arange(len(place), dtype=np.int32)[:, None] * SLOTS
    columns = []
    for group in GROUPS:
        own = np.isin(hits.drum, group)
        folded = np.bincount((rows + slots[:, own]).ravel(), weight[:, own].ravel(), len(place) * SLOTS)
        folded = folded.reshape(len(place), SLOTS)
        loudness = folded.sum(axis=1, keepdims=True)
        columns += [np.where(four, folded / loudness.clip(1e-9), 0.0), loudness]
    return np.concatenate(columns, axis=1)


def _beats(hits: HitTimes, position: np.ndarray, place: np.ndarray, weight: np.ndarray, readings: Candidates
           ) -> np.ndarray:
    """In any metre: the share of the kick and of the snare near beat 1, on each later beat, and half-way between; for
    metres in eighths, on the groups of three eighths and on each eighth."""
    drums = np.stack([np.isin(hits.drum, group) for group in ((KICK,), (SNARE,), (KICK, SNARE, CRASH))], axis=1)
    struck = drums.any(axis=1)
    drums, weight, position = drums[struck].astype(np.float32), weight[:, struck], position[:, struck]
    bar = BAR_QUARTERS[readings.meter][:, None].astype(np.float32)
    in_bar = position[place] % bar
    shares = []                                        # (readings, drums) at each place
    for beat in (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 4.5):
        distance = np.abs(in_bar - np.float32(beat))
        near = (np.minimum(distance, bar - distance) < 0.1) & (beat < bar)
        shares.append((weight * near) @ drums)
    half = (np.abs((position + 0.25) % 0.5 - 0.25) < 0.1)[place]
    shares.append((weight * half) @ drums)
    total = (weight @ drums).clip(1e-9)
    return np.concatenate([np.stack(shares, axis=2)[:, drum] / total[:, drum, None] for drum in range(3)], axis=1)


def _repeats(hits: HitTimes, readings: Candidates, length_s: float) -> np.ndarray:
    """How alike the recording is to itself some quarter notes later, a bar later, and half a bar later: the
    correlation of kicks, snares and all hits, from 0 to 1."""
    lags = np.column_stack([np.outer(readings.beat_s, LAGS), readings.beat_s * BAR_QUARTERS[readings.meter],
                            readings.beat_s * BAR_QUARTERS[readings.meter] / 2])
    columns = []
    for drums in ((KICK,), (SNARE,), (HIHAT, RIDE)):
        chosen = np.isin(hits.drum, drums)
        columns.append(_likeness(hits.times_s[chosen], hits.loud[chosen], lags, length_s))
    mean = np.mean(columns, axis=0)
    bar = mean[:, len(LAGS)]
    others = np.delete(mean, [len(LAGS), len(LAGS) + 1], axis=1)
    has_two_bars = lags[:, len(LAGS), None] < length_s
    return np.concatenate([*columns, (bar - others.max(axis=1))[:, None], has_two_bars], axis=1)


def _likeness(times_s: np.ndarray, loud: np.ndarray, lags: np.ndarray, length_s: float) -> np.ndarray:
    """(candidates, lags): the correlation of hits with themselves `lags` seconds later, corrected for what has left."""
    if len(times_s) < 2:
        return np.zeros(lags.shape)
    difference = np.abs(times_s[:, None] - times_s[None])
    product = loud[:, None] * loud[None]
    bins = int(length_s / _LAG_BIN_S) + 16
    index = np.minimum((difference / _LAG_BIN_S).astype(np.int64), bins - 1)
    curve = np.bincount(index.ravel(), product.ravel(), bins) / 2
    curve[0] = 0.0
    curve = np.convolve(curve, np.ones(9), "same")          # 18 ms either way
    power = float((loud**2).sum())
    remaining = ((length_s - lags) / length_s).clip(0.05, 1.0)
    at = np.minimum((lags / _LAG_BIN_S).astype(np.int64), bins - 1)
    value = curve[at] / (power * remaining)
    return np.where(lags < 0.95 * length_s, value, 0.0).clip(0.0, 1.5)
