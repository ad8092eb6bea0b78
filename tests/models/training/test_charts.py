"""Charts: what is in them can be read."""

from pathlib import Path

from models.training.charts.bars import Bars, draw_bars
from models.training.charts.curve import draw_curve


def words(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("&#160;", " ")


def test_a_curve_names_both_scales_and_needs_no_history(tmp_path: Path) -> None:
    draw_curve(tmp_path / "empty.svg", [])
    history = [{"step": 10.0 * k, "F50": k / 10, "val_loss": 3.0 - k / 5} for k in range(9)]
    draw_curve(tmp_path / "curve.svg", history, "F50")
    empty, curve = words(tmp_path / "empty.svg"), words(tmp_path / "curve.svg")
    assert "F50 (left) and loss (right)" in curve and "F50" in curve and "steps" in curve and ">80" in curve
    assert len(curve) > len(empty) + 1000, "two lines are drawn"


def test_a_curve_may_lie_beyond_its_scale(tmp_path: Path) -> None:
    for scores in ((-0.6, -0.5), (1.5, 1.2), (-0.6, 0.4), (float("nan"), float("nan"))):
        history = [{"step": float(step), "closer": score, "val_loss": 2.0} for step, score in enumerate(scores)]
        draw_curve(tmp_path / "curve.svg", history, "closer")
        assert "closer (left)" in words(tmp_path / "curve.svg")


def test_bars_below_zero_are_drawn_too(tmp_path: Path) -> None:
    groups = [Bars("stems", {"one": 5.0, "other": -3.0}), Bars("shots", {"one": 1.0})]
    draw_bars(tmp_path / "figures" / "bars.svg", groups)
    chart = words(tmp_path / "figures" / "bars.svg")
    assert "stems" in chart and "shots" in chart and "other" in chart and "-3.0" in chart
