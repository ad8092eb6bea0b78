"""The validation curve: a score and the loss over the steps."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.training.charts.drawing import FAINT, INK, PENS, canvas, png, write

WIDTH, HEIGHT = 900, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 60, 30, 40
_SCORE, _LOSS = PENS[:2]


def draw_curve(path: Path, history: Sequence[dict[str, float]], score: str = "val_f", best: float = 1.0) -> None:
    """Write a PNG of `history`, dicts with step, val_loss and `score`.

    The score is blue, on the left scale from 0 to `best`; the loss is orange, on the right one. Fewer than two
    validations give no lines.
    """
    picture = canvas(WIDTH, HEIGHT)
    steps = np.array([entry["step"] for entry in history], float)
    losses = np.array([entry["val_loss"] for entry in history], float)
    scores = np.array([entry[score] for entry in history], float)
    most = float(losses.max(initial=0.0)) * 1.1 or 1.0
    for part in np.linspace(0, 1, 6):
        row = round(HEIGHT - _BOTTOM - part * (HEIGHT - _TOP - _BOTTOM))
        picture[row, _LEFT : WIDTH - _RIGHT] = FAINT
        write(picture, f"{part * best:.1f}", row - 6, 20, _SCORE)
        write(picture, f"{part * most:.2f}", row - 6, WIDTH - _RIGHT + 10, _LOSS)
    last = float(steps.max(initial=1.0))
    for part in np.linspace(0, 1, 5):
        column = round(_LEFT + part * (WIDTH - _LEFT - _RIGHT))
        write(picture, f"{part * last:.0f}", HEIGHT - _BOTTOM + 12, column - 16, INK)
    if len(history) > 1:
        _line(picture, steps / last, scores / best, _SCORE)
        _line(picture, steps / last, losses / most, _LOSS)
    path.write_bytes(png(picture))


def _line(picture: np.ndarray, across: np.ndarray, up: np.ndarray, colour: tuple[int, int, int]) -> None:
    columns = np.arange(_LEFT, WIDTH - _RIGHT)
    place = (columns - _LEFT) / (WIDTH - _LEFT - _RIGHT)
    keep = (place >= across[0]) & (place <= across[-1])
    heights = np.interp(place[keep], across, up)
    rows = np.round(HEIGHT - _BOTTOM - heights * (HEIGHT - _TOP - _BOTTOM)).astype(int).clip(1, HEIGHT - 2)
    for column, row, before in zip(columns[keep], rows, np.concatenate([rows[:1], rows[:-1]]), strict=True):
        picture[min(row, before) : max(row, before) + 2, column] = colour
