"""The tapes: what Tao played, written each block whether anybody wants it or not, read by engine frame."""

import numpy as np
from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import store_release
from engine.dsp.ring import FrameRing

WRITTEN = 0  # the word of a tape's head: the frame after the last one written
HEAD_WORDS = 8
INT = types.int64
HEAD = types.Array(types.int64, 1, "C")
AUDIO = types.Array(types.float32, 2, "C")


@inner(types.void(AUDIO, HEAD, AUDIO, INT, INT))
def write_tape(tape, head, audio, frame, frames):
    """Copy audio[:frames] to engine frame `frame` of the tape; what was skipped before it is silence.
    Real-time: yes."""
    size = len(tape)
    gap = min(max(0, frame - head[WRITTEN]), size)
    for offset in range(gap):
        tape[(frame - gap + offset) % size] = np.float32(0.0)
    for offset in range(frames):
        index = (frame + offset) % size
        tape[index, 0], tape[index, 1] = audio[offset, 0], audio[offset, 1]
    store_release(head, WRITTEN, frame + frames)


class Tape(FrameRing):
    """Memory for `frames` frames of stereo, every page touched, and the way to read them."""

    def __init__(self, frames: int, margin_frames: int) -> None:
        self.audio = np.zeros((frames + 2 * margin_frames, 2), np.float32)
        self.audio[:] = 0.0
        self.head = np.zeros(HEAD_WORDS, np.int64)
        super().__init__(self.audio, self.head, WRITTEN, margin_frames)
