"""From onset envelopes to onsets: a threshold and madmom's peak picking (Yi & Barthet, NIME 2025, section 3.2.2).

Threshold and windows are ours; the paper gives none. The windows are Böck, Krebs & Schedl's (ISMIR 2012), as in ADTOF.
"""

import numpy as np

from models.hearing.madmom_compat import madmom_module
from models.papers.tao.features import STFT_FRAMES_PER_S

THRESHOLD = 0.3
_PRE_AVERAGE_S, _POST_AVERAGE_S = 0.1, 0.01
_PRE_MAXIMUM_S, _POST_MAXIMUM_S = 0.02, 0.01
_COMBINE_S = 0.02


def onset_frames(envelope: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """The STFT frames, ascending, of the onsets of one drum's envelope (stft_frames,), 0..1. Raises TaoError without
    madmom."""
    picker = madmom_module("features.onsets").OnsetPeakPickingProcessor(
        threshold=threshold, pre_avg=_PRE_AVERAGE_S, post_avg=_POST_AVERAGE_S, pre_max=_PRE_MAXIMUM_S,
        post_max=_POST_MAXIMUM_S, combine=_COMBINE_S, fps=STFT_FRAMES_PER_S)
    times_s = np.asarray(picker(envelope.astype(np.float64)), float)
    return (times_s * STFT_FRAMES_PER_S).round().astype(np.int64)
