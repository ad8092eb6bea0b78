"""What a format cannot hold is said in one line."""

from dataclasses import replace

import pytest

from engine.core.kit import Kit
from engine.core.pattern import Pattern, Step, Track
from engine.library.exporting import remark
from engine.library.losses import Feature, features_lost
from tests.library.values import rich_decomposition


def test_each_loss_names_its_tracks() -> None:
    assert features_lost(rich_decomposition(), [Feature.CHANCE, Feature.STEP_SOUND, Feature.PAN]) == (
        "the chance of a step, which always plays (kick); a step's own pitch, decay or filter (hihat); pan (kick)")


def test_what_is_not_used_is_not_lost() -> None:
    plain = replace(rich_decomposition(), kit=Kit("plain"), pattern=Pattern((Track("kick", (Step(),)),), 1))
    assert features_lost(plain, Feature) is None


@pytest.mark.parametrize(("name", "said"), [
    ("midi", "midi cannot hold the chance of a step"), ("hydrogen", "a drum that cuts itself short (hihat)"),
    ("oneshots", "choke groups (hihat)")])
def test_every_format_says_what_it_loses(name: str, said: str) -> None:
    assert said in (remark(rich_decomposition(), name) or "")


def test_a_format_that_holds_everything_says_nothing() -> None:
    assert remark(rich_decomposition(), "sfz") is None
