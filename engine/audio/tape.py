"""The tapes: the last seconds of what Tao played, written every block, read by engine frame."""

import numpy as np
from numba import types

from engine.audio.host_layout import AUDIO_RING
from engine.dsp.atomics import store_release
from engine.dsp.kernel import inner
from engine.dsp.layout import AUDIO_RING_DTYPE, STEREO, stereo
from engine.dsp.ring import FrameRing

INT = types.int64


@inner(types.void(AUDIO_RING, STEREO, INT, INT))
def write_tape(ring, audio, frame, frames):
    """Copy audio[:frames] to engine frame `frame` of the tape; what was skipped before it is silence.
    Real-time: yes."""
    tape = stereo(ring.audio)
    size = len(tape)
    gap = min(max(0, frame - ring.written[0]), size)
    for offset in range(gap):
        index = (frame - gap + offset) % size
        tape[index, 0] = tape[index, 1] = np.float32(0.0)
    for offset in range(frames):
        index = (frame + offset) % size
        tape[index, 0], tape[index, 1] = audio[offset, 0], audio[offset, 1]
    store_release(ring.written, 0, frame + frames)


class Tape(FrameRing):
    """Memory for `frames` frames of stereo, every page touched, and the way to read them.

    ring: where the audio thread looks for it; its own record unless it is given.
    """

    def __init__(self, frames: int, margin_frames: int, ring: np.void | None = None) -> None:
        self.ring = np.zeros(1, AUDIO_RING_DTYPE)[0] if ring is None else ring
        self.audio = np.zeros((frames + 2 * margin_frames, 2), np.float32)
        self.audio[:] = 0.0
        self.ring["audio"] = (self.audio.ctypes.data, len(self.audio))
        super().__init__(self.audio, self.ring["written"], margin_frames)
