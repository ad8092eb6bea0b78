"""The click: a short tone on given frames, for a count-in and for measuring a loopback. After the effects, and
in no tape: a click is for the musician's ears, or for the calibration's."""

import math

import numpy as np
from numba import njit, types

from engine.audio.host_layout import CLICK, CLICK_DTYPE, CLICK_SLOTS, NEVER
from engine.dsp.layout import STEREO

CLICK_S, FALL_S = 0.03, 0.006
PITCH_HZ, ACCENT_HZ = 1000.0, 2000.0
LEVEL = 0.5

PLAN = types.Array(CLICK, 1, "C")
INT = types.int64


@njit(types.void(PLAN, STEREO, INT, INT, INT), cache=True, nogil=True)
def mix_clicks(plan, out, frame_time, frames, sample_rate):
    """Add every planned click that sounds in this block to out (frames, 2). Real-time: yes."""
    length = np.int64(CLICK_S * sample_rate)
    for slot in range(len(plan)):
        click = plan[slot]
        at = click.frame
        if at >= frame_time + frames or at + length <= frame_time:
            continue
        pitch_hz = ACCENT_HZ if click.accent else PITCH_HZ
        for i in range(max(0, at - frame_time), min(frames, at + length - frame_time)):
            age_s = (frame_time + i - at) / sample_rate
            value = LEVEL * math.sin(2.0 * math.pi * pitch_hz * age_s) * math.exp(-age_s / FALL_S)
            for side in range(2):
                out[i, side] = np.float32(min(max(np.float64(out[i, side]) + value, -1.0), 1.0))


class Clicks:
    """The plan: CLICK_SLOTS clicks by frame, the oldest overwritten. Written by the control thread alone.

    plan: where to keep it, a record of each click; its own memory unless it is given.
    """

    def __init__(self, plan: np.ndarray | None = None) -> None:
        self.plan = np.zeros(CLICK_SLOTS, CLICK_DTYPE) if plan is None else plan
        self.plan["frame"] = NEVER
        self._next = 0

    def add(self, at_frame: int, accent: bool) -> None:
        """Click on this frame, which lies ahead."""
        slot, self._next = self._next % CLICK_SLOTS, self._next + 1
        self.plan["frame"][slot] = NEVER
        self.plan["accent"][slot] = accent
        self.plan["frame"][slot] = at_frame

    def forget_from(self, frame: int) -> None:
        """No click that is planned for `frame` or later sounds."""
        self.plan["frame"][self.plan["frame"] >= frame] = NEVER


def click_sound(sample_rate: int) -> np.ndarray:
    """One plain click, float32 (frames,)."""
    clicks = Clicks()
    clicks.add(0, accent=False)
    out = np.zeros((int(CLICK_S * sample_rate), 2), np.float32)
    mix_clicks(clicks.plan, out, 0, len(out), sample_rate)
    return out[:, 0].copy()
