"""What the verbs' options take."""

import click
import pytest

from models.parameter_types import Number


def test_nan_is_in_no_range() -> None:
    assert Number(30.0, 300.0).convert("90", None, None) == 90.0
    for text in ("nan", "inf", "29", "fast"):
        with pytest.raises(click.BadParameter):
            Number(30.0, 300.0).convert(text, None, None)
