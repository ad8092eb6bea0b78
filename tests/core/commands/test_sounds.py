"""A hand on a track's sound: one quality changes, the others stay, and nothing impossible is kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import ShapeOneShot, apply
from engine.core.commands.sounds import Quality
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from tests.strategies import one_shots


def machine_with(one_shot: OneShot) -> Machine:
    return replace(empty_machine(48000), kit=Kit("k", {"kick": one_shot}))


@given(one_shots(), st.sampled_from(Quality), st.none() | st.floats(-1, 40))
def test_shaping_changes_one_quality_or_is_refused(one_shot: OneShot, quality: Quality, value: float | None) -> None:
    machine = machine_with(one_shot)
    try:
        shaped = apply(ShapeOneShot("kick", quality, value), machine, 0).kit.one_shots["kick"]
    except InvalidValue:
        return
    assert getattr(shaped, quality.value) in (value, None if value is None else int(value))
    assert replace(shaped, **{quality.value: getattr(one_shot, quality.value)}) == one_shot


@pytest.mark.parametrize(("quality", "value"), [
    (Quality.GAIN, None), (Quality.GAIN, 17.0), (Quality.GAIN, float("nan")), (Quality.PAN, 1.1),
    (Quality.PITCH, 25.0), (Quality.NOTE, 128.0), (Quality.NOTE, float("inf")), (Quality.CHOKE, 16.0),
    (Quality.CUTOFF, 5.0), (Quality.DECAY, 0.0)])
def test_what_a_sound_cannot_be_is_refused(quality: Quality, value: float | None) -> None:
    with pytest.raises(InvalidValue):
        apply(ShapeOneShot("kick", quality, value), machine_with(OneShot("aa" * 8, 100)), 0)


def test_a_track_without_a_sound_cannot_be_shaped() -> None:
    with pytest.raises(InvalidValue, match="snare has no sound"):
        apply(ShapeOneShot("snare", Quality.GAIN, 0.5), machine_with(OneShot("aa" * 8, 100)), 0)
