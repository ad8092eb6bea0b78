"""The weights come with Tao; a file that does not fit costs one sentence."""

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import WeightsMissing
from models.naming.weights import read_weights, shipped_weights


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    ours = shipped_weights()
    path = tmp_path / "weights.json"
    path.write_text(ours.to_json())
    again = read_weights(path)
    assert np.allclose(again.hits, ours.hits)
    assert again.threshold == ours.threshold


@pytest.mark.parametrize(("text", "told"), [(None, "missing"), ("{}", "Fit them again"), ("[1", "Fit them again"),
                                            ('{"drums": {"own": "x"}}', "Fit them again")])
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str | None, told: str) -> None:
    path = tmp_path / "weights.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(WeightsMissing, match=told):
        read_weights(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(shipped_weights().to_json())
    with pytest.raises(WeightsMissing, match="damaged"):
        read_weights(path, "0" * 64)
