"""Strokes to audio: each stroke adds its sound at its frame; tails wrap or are cut.

This equals convolving sparse activations with one-shots and summing, but is cheaper: a compiled loop on the CPU, a
scatter-add on a GPU. Both give the same audio.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numba import njit
from torch import Tensor

_FADE_FRAMES = 200
_CHUNK = 256


@dataclass(frozen=True, slots=True, eq=False)
class StrokeTable:
    """The strokes of a batch of loops of equal length.

    sounds (frames,) float32: all one-shots end to end. Per stroke (strokes,): row, the loop it belongs to; at_frame,
    when; start and frames, where its sound is; gain; drum; all int64 but gain, float32. wraps (rows,) bool: whether a
    loop's tails wrap round to its start.
    """

    sounds: np.ndarray
    row: np.ndarray
    at_frame: np.ndarray
    start: np.ndarray
    frames: np.ndarray
    gain: np.ndarray
    wraps: np.ndarray
    loop_frames: int
    drum: np.ndarray


def render(strokes: StrokeTable, device: torch.device) -> Tensor:
    """(rows, loop_frames) float32 on `device`."""
    if device.type == "cpu":
        out = np.zeros((len(strokes.wraps), strokes.loop_frames), np.float32)
        add_strokes(out, strokes.sounds, strokes.row, strokes.at_frame, strokes.start, strokes.frames, strokes.gain,
                    strokes.wraps)
        return torch.from_numpy(out)
    return scattered(strokes, device)


def render_parts(strokes: StrokeTable, device: torch.device, drums: int) -> Tensor:
    """(rows, 1 + drums, loop_frames): each loop and its drums one by one; other percussion is in the loop only."""
    parts = drums + 2                                       # the last one collects other percussion
    row = strokes.row * parts + 1 + np.minimum(strokes.drum, drums)
    stems = render(replace(strokes, row=row, wraps=np.repeat(strokes.wraps, parts)), device)
    stems = stems.view(len(strokes.wraps), parts, strokes.loop_frames)
    return torch.cat([stems.sum(dim=1, keepdim=True), stems[:, 1:-1]], dim=1)


@njit("void(f4[:,::1], f4[::1], i8[::1], i8[::1], i8[::1], i8[::1], f4[::1], b1[::1])", cache=True, nogil=True)
def add_strokes(out, sounds, row, at_frame, start, frames, gain, wraps):
    """Add every stroke to out (rows, loop_frames). A sound ends with a fade, also where it is cut short."""
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


def scattered(strokes: StrokeTable, device: torch.device) -> Tensor:
    """The same sum, as one scatter-add per chunk of strokes."""
    rows, length = len(strokes.wraps), strokes.loop_frames
    out = torch.zeros(rows * length, device=device)
    sounds = torch.from_numpy(strokes.sounds).to(device)
    count = np.where(strokes.wraps[strokes.row], strokes.frames, np.minimum(strokes.frames, length - strokes.at_frame))
    order = np.argsort(count, kind="stable")
    for first in range(0, len(order), _CHUNK):
        part = order[first : first + _CHUNK]
        row, at, start, frames = (torch.from_numpy(array[part]).to(device)[:, None]
                                  for array in (strokes.row, strokes.at_frame, strokes.start, count))
        gain = torch.from_numpy(strokes.gain[part]).to(device)[:, None]
        step = torch.arange(int(count[part].max()), device=device)[None]
        fade = torch.clamp((frames - step) / frames.clamp(max=_FADE_FRAMES), 0.0, 1.0)
        values = sounds[(start + step).clamp(max=len(sounds) - 1)] * gain * fade
        out.index_add_(0, (row * length + (at + step) % length).flatten(), values.flatten().float())
    return out.view(rows, length)
