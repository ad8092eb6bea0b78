"""The validation curve as a picture: score and loss over the steps, drawn without a plotting library."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 900, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 60, 30, 40
_PAPER, _INK, _FAINT = (255, 255, 255), (60, 60, 60), (225, 225, 225)
_BLUE, _ORANGE = (31, 90, 180), (220, 110, 20)
_GLYPHS = {"0": "755557", "1": "262227", "2": "717747", "3": "717117", "4": "557711", "5": "747117", "6": "747557",
           "7": "711222", "8": "757557", "9": "757117", ".": "000002"}


def draw_curve(path: Path, history: Sequence[dict[str, float]], score: str = "val_f", best: float = 1.0) -> None:
    """Write a PNG of `history` (step, val_loss, and `score`): the score in blue by the left scale, 0 to `best`;
    loss in orange by the right one. Nothing is drawn from fewer than two validations."""
    canvas = np.full((HEIGHT, WIDTH, 3), _PAPER, np.uint8)
    steps = np.array([entry["step"] for entry in history], float)
    losses = np.array([entry["val_loss"] for entry in history], float)
    scores = np.array([entry[score] for entry in history], float)
    most = float(losses.max(initial=0.0)) * 1.1 or 1.0
    for part in np.linspace(0, 1, 6):
        row = round(HEIGHT - _BOTTOM - part * (HEIGHT - _TOP - _BOTTOM))
        canvas[row, _LEFT : WIDTH - _RIGHT] = _FAINT
        _write(canvas, f"{part * best:.1f}", row - 6, 20, _BLUE)
        _write(canvas, f"{part * most:.2f}", row - 6, WIDTH - _RIGHT + 10, _ORANGE)
    last = float(steps.max(initial=1.0))
    for part in np.linspace(0, 1, 5):
        column = round(_LEFT + part * (WIDTH - _LEFT - _RIGHT))
        _write(canvas, f"{part * last:.0f}", HEIGHT - _BOTTOM + 12, column - 16, _INK)
    if len(history) > 1:
        _line(canvas, steps / last, scores / best, _BLUE)
        _line(canvas, steps / last, losses / most, _ORANGE)
    path.write_bytes(png(canvas))


def _line(canvas: np.ndarray, across: np.ndarray, up: np.ndarray, colour: tuple[int, int, int]) -> None:
    columns = np.arange(_LEFT, WIDTH - _RIGHT)
    place = (columns - _LEFT) / (WIDTH - _LEFT - _RIGHT)
    keep = (place >= across[0]) & (place <= across[-1])
    heights = np.interp(place[keep], across, up)
    rows = np.round(HEIGHT - _BOTTOM - heights * (HEIGHT - _TOP - _BOTTOM)).astype(int).clip(1, HEIGHT - 2)
    for column, row, before in zip(columns[keep], rows, np.concatenate([rows[:1], rows[:-1]]), strict=True):
        canvas[min(row, before) : max(row, before) + 2, column] = colour


def _write(canvas: np.ndarray, text: str, row: int, column: int, colour: tuple[int, int, int]) -> None:
    """Digits of 3 by 6 dots, two pixels a dot."""
    for number, letter in enumerate(text):
        for y, bits in enumerate(_GLYPHS[letter]):
            for x in range(3):
                if int(bits) >> (2 - x) & 1:
                    at = column + 8 * number + 2 * x
                    canvas[row + 2 * y : row + 2 * y + 2, at : at + 2] = colour


def png(canvas: np.ndarray) -> bytes:
    """An RGB image (height, width, 3) uint8 as a PNG file (ISO/IEC 15948)."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = np.concatenate([np.zeros((len(canvas), 1), np.uint8), canvas.reshape(len(canvas), -1)], axis=1)
    header = struct.pack(">IIBBBBB", canvas.shape[1], canvas.shape[0], 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)) + chunk(
        b"IEND", b"")
