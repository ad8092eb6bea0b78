"""Steps put right by hand: the loop goes to the worker once more, with the pattern as it is now."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.commands import LoadDecomposition, ToggleStep
from engine.core.errors import TaoError
from engine.core.pattern import Pattern, Track
from engine.core.requests import CaptureLast, Correct
from tests.rig import RunningEngine, running_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null") as engine:
        yield engine


def test_without_a_loop_there_is_nothing_to_correct(engine: RunningEngine) -> None:
    with pytest.raises(TaoError, match="There is no loop to re-solve the kit from"):
        engine.client.ask(Correct())
    assert engine.client.snapshot().status.job is None


def take_a_loop(engine: RunningEngine) -> None:
    """Four beats of silence, and what the worker makes of them."""
    engine.client.ask(CaptureLast(4))
    assert engine.client.wait(lambda s: s.status.machine.kit.name.startswith("take") and s.status.job is None
                              and not s.status.pending, 15.0), engine.client.snapshot().status


def test_a_corrected_step_goes_through_the_worker_and_comes_back(engine: RunningEngine) -> None:
    take_a_loop(engine)
    client = engine.client
    client.ask(ToggleStep("loop", 2))
    client.ask(Correct())
    assert client.wait(lambda s: any(notice.text == "The steps were read." for notice in s.status.notices), 5.0)
    assert client.wait(lambda s: s.status.job is None and not s.status.pending, 10.0)
    machine = client.snapshot().status.machine
    assert machine.loop is not None
    assert machine.pattern.track("loop").steps[2] is not None


def test_a_pattern_of_another_length_cannot_correct_the_loop(engine: RunningEngine) -> None:
    take_a_loop(engine)
    machine = engine.client.snapshot().status.machine
    longer = Pattern((Track("loop", (None,) * 8, 1),), beats=8)
    engine.client.ask(LoadDecomposition(machine.kit, longer, machine.loop))
    with pytest.raises(TaoError, match="The loop has 4 beats, this pattern 8"):
        engine.client.ask(Correct())
