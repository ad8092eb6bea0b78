"""From a curve of onset strength to moments: peaks on STFT frames, then attacks to the sample."""

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d


def peaks(curve: np.ndarray, threshold: float, apart: int = 4, around: int = 20) -> np.ndarray:
    """Indices, ascending, at which `curve` (stft_frames,) is the largest within `apart` STFT frames and at
    least `threshold` above its mean within `around` (Böck, Krebs & Schedl, ISMIR 2012, section 2.2)."""
    largest = maximum_filter1d(curve, 2 * apart + 1)
    mean = uniform_filter1d(curve, 2 * around + 1)
    found = np.nonzero((curve == largest) & (curve >= mean + threshold))[0]
    keep = np.diff(found, prepend=-apart - 1) > 1  # a plateau is one peak
    return found[keep]


def attack_frame(mono: np.ndarray, near: int, sample_rate: int, search_s: float = 0.012) -> int:
    """The frame at which the hit near `near` starts: where a 1 ms envelope rises most, in ratio, over 2 ms,
    then back to where that rise left the ground: never late, up to 1 ms early.

    mono (frames,), already with context, so that `near` has `search_s` on either side.
    """
    first = max(near - round(search_s * sample_rate), 0)
    last = min(near + round(search_s * sample_rate), len(mono))
    span = max(round(0.002 * sample_rate), 2)
    part = np.abs(np.diff(mono[max(first - 1, 0) : last + span], prepend=0.0)).astype(np.float64)
    part += 0.1 * np.abs(mono[max(first - 1, 0) : last + span])
    envelope = uniform_filter1d(part, max(span // 2, 1), origin=-(max(span // 2, 1) // 2))
    ground = 0.02 * float(envelope.max()) + 1e-12
    if len(envelope) <= span + 1:
        return near
    ratio = np.log((envelope[span:] + ground) / (envelope[:-span] + ground))
    steepest = int(np.argmax(ratio))
    top = float(envelope[steepest : steepest + 2 * span].max())
    start = steepest + span
    floor = float(envelope[max(steepest - span, 0) : steepest + 1].min())
    while start > 0 and envelope[start] > floor + 0.1 * (top - floor):
        start -= 1
    return max(first - 1, 0) + start
