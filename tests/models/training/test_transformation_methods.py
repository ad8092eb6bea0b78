"""The methods that `evaluate transform` knows."""

import pytest

from engine.core.errors import TaoError
from models.training.evaluate.transformation import method_of


@pytest.mark.parametrize(("name", "reason"), [("kit:foo", "kit:none, kit:steps, kit:bed"), ("nope", "There are kit")])
def test_an_unknown_method_is_named(name: str, reason: str) -> None:
    with pytest.raises(TaoError, match=reason):
        method_of(name)
