"""The validation curve: a score and the loss over the steps."""

import math
from collections.abc import Sequence
from pathlib import Path

from models.training.charts.picture import COLOURS, new_figure, save


def draw_curve(path: Path, history: Sequence[dict[str, float]], score: str = "val_f", best: float = 1.0) -> None:
    """Write an SVG of `history`, dicts with step, val_loss and `score`.

    The score is blue, on the left scale from 0 to `best`, at whose ends lies what is beyond; the loss is orange, on the
    right one. Fewer than two validations give no lines. What is not finite is left out.
    """
    chart = new_figure()
    history = [entry for entry in history if math.isfinite(entry[score]) and math.isfinite(entry["val_loss"])]
    steps = [entry["step"] for entry in history]
    if len(history) > 1:
        inside = [min(max(entry[score], 0.0), best) for entry in history]  # plotext fails if a line is all outside
        chart.plot(steps, inside, label=score, color=COLOURS[0], marker="braille")
        chart.plot(steps, [entry["val_loss"] for entry in history], label="loss", color=COLOURS[1], marker="braille",
                   yside="right")
        chart.ylim(0.0, max([entry["val_loss"] for entry in history]) * 1.1 or 1.0, yside="right")
    chart.ylim(0.0, best, yside="left")
    chart.xlabel("steps")
    save(path, f"{score} (left) and loss (right)")
