"""Strokes to audio: every stroke adds its sound at its frame, tails wrap or are cut.

This is the sum of convolutions of sparse activations with one-shots, computed where it is cheap: a compiled
loop on the CPU, one scatter-add on a GPU. Both give the same audio.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numba import njit
from torch import Tensor

_FADE_FRAMES = 200
_CHUNK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Strokes of a batch of loops of equal length. sounds (frames,) float32: all one-shots end to end.
    Per stroke: row int64, at_frame int64, start and frames int64 of its sound, gain float32, drum int64.
    wraps (rows,) bool: whether the loop's tails come round to its start."""

    sounds: np.ndarray
    row: np.ndarray
    at_frame: np.ndarray
    start: np.ndarray
    frames: np.ndarray
    gain: np.ndarray
    wraps: np.ndarray
    loop_frames: int
    drum: np.ndarray


def render(score: Score, device: torch.device) -> Tensor:
    """(rows, loop_frames) float32 on `device`."""
    if device.type == "cpu":
        out = np.zeros((len(score.wraps), score.loop_frames), np.float32)
        add_strokes(out, score.sounds, score.row, score.at_frame, score.start, score.frames, score.gain,
                    score.wraps)
        return torch.from_numpy(out)
    return scattered(score, device)


def render_parts(score: Score, device: torch.device, drums: int) -> Tensor:
    """(rows, 1 + drums, loop_frames): every loop, then its drums one by one; other percussion is in the loop
    alone."""
    parts = drums + 2                                       # the last one gathers what is no drum
    row = score.row * parts + 1 + np.minimum(score.drum, drums)
    stems = render(replace(score, row=row, wraps=np.repeat(score.wraps, parts)), device)
    stems = stems.view(len(score.wraps), parts, score.loop_frames)
    return torch.cat([stems.sum(dim=1, keepdim=True), stems[:, 1:-1]], dim=1)


@njit("void(f4[:,::1], f4[::1], i8[::1], i8[::1], i8[::1], i8[::1], f4[::1], b1[::1])", cache=True, nogil=True)
def add_strokes(out, sounds, row, at_frame, start, frames, gain, wraps):
    """Add every stroke to out (rows, loop_frames); a sound that is cut short fades out."""
    length = out.shape[1]
    for n in range(len(row)):
        r, place, count = row[n], at_frame[n], frames[n]
        if not wraps[r]:
            count = min(count, length - place)
        fade = min(_FADE_FRAMES, count)
        for i in range(count):
            left = count - i
            level = gain[n] * (left / fade if left < fade else 1.0)
            out[r, place] += level * sounds[start[n] + i]
            place += 1
            if place == length:
                place = 0


def scattered(score: Score, device: torch.device) -> Tensor:
    """The same sum as one scatter-add a chunk of strokes."""
    rows, length = len(score.wraps), score.loop_frames
    out = torch.zeros(rows * length, device=device)
    sounds = torch.from_numpy(score.sounds).to(device)
    count = np.where(score.wraps[score.row], score.frames, np.minimum(score.frames, length - score.at_frame))
    order = np.argsort(count, kind="stable")
    for first in range(0, len(order), _CHUNK):
        part = order[first : first + _CHUNK]
        row, at, start, frames = (torch.from_numpy(array[part]).to(device)[:, None]
                                  for array in (score.row, score.at_frame, score.start, count))
        gain = torch.from_numpy(score.gain[part]).to(device)[:, None]
        step = torch.arange(int(count[part].max()), device=device)[None]
        fade = torch.clamp((frames - step) / frames.clamp(max=_FADE_FRAMES), 0.0, 1.0)
        values = sounds[(start + step).clamp(max=len(sounds) - 1)] * gain * fade
        out.index_add_(0, (row * length + (at + step) % length).flatten(), values.flatten().float())
    return out.view(rows, length)
