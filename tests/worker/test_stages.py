"""Hands do not wait for the last stage: what they do between two of them stays, and what they take back stays away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.commands import SelectPattern, ShiftDownbeat, ToggleStep
from engine.core.machine import Machine
from engine.core.pattern import Step
from engine.core.requests import CancelJob, CaptureLast, Correct
from tests.rig import RunningEngine, running_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    """An engine whose worker has brought the first of two stages: a loop with a hit on its first beat."""
    with running_engine(tmp_path, "null") as engine:
        engine.client.ask(CaptureLast(4))
        assert engine.client.wait(lambda s: s.status.machine.kit.name.startswith("take") and not s.status.pending, 15.0)
        assert engine.client.snapshot().status.job is not None, "the last stage has come before anything could be done"
        assert strokes(machine(engine)) == {0: 0.5}
        yield engine


def machine(engine: RunningEngine) -> Machine:
    return engine.client.snapshot().status.machine


def strokes(machine: Machine) -> dict[int, float]:
    """How sure the decomposer is of the steps that hold hits."""
    steps = machine.pattern.track("loop").steps
    return {index: step.confidence for index, step in enumerate(steps) if step is not None}


def finished(engine: RunningEngine) -> Machine:
    """The machine once the job is done."""
    assert engine.client.wait(lambda s: s.status.job is None and not s.status.pending, 10.0)
    return machine(engine)


def test_a_step_that_is_set_between_two_stages_stays_and_undo_takes_it_alone_back(engine: RunningEngine) -> None:
    engine.client.ask(ToggleStep("loop", 2))
    assert strokes(finished(engine)) == {0: 1.0, 2: 1.0}
    engine.client.undo()
    assert engine.client.wait(lambda s: strokes(s.status.machine) == {0: 1.0}, 5.0), "the last stage stays"
    engine.client.redo()
    assert engine.client.wait(lambda s: strokes(s.status.machine) == {0: 1.0, 2: 1.0}, 5.0)
    for _ in range(2):
        engine.client.undo()
    assert engine.client.wait(lambda s: s.status.machine.loop is None, 5.0), "one more takes take and kit back"


def test_what_is_taken_back_between_two_stages_stays_away(engine: RunningEngine) -> None:
    engine.client.undo()
    after = finished(engine)
    assert after.loop is None and "loop" not in [track.name for track in after.pattern.tracks]
    assert any("was undone" in notice.text for notice in engine.client.snapshot().status.notices)


def test_a_stage_that_comes_after_its_job_was_stopped_is_not_taken(engine: RunningEngine) -> None:
    engine.client.ask(CancelJob())
    assert strokes(finished(engine)) == {0: 0.5}


def test_a_loop_that_waits_for_the_worker_and_is_taken_back_is_never_taken_apart(engine: RunningEngine) -> None:
    before = machine(engine)
    engine.client.ask(CaptureLast(4))
    assert engine.client.wait(lambda s: s.status.machine.loop not in (before.loop, None), 5.0)
    engine.client.undo()
    after = finished(engine)
    assert after.loop == before.loop and after.kit == before.kit


def test_another_pattern_is_not_filled_by_a_later_stage(engine: RunningEngine) -> None:
    engine.client.ask(SelectPattern(1))
    engine.client.ask(ToggleStep("loop", 3))
    after = finished(engine)
    assert after.slot == 1 and strokes(after) == {3: 1.0}
    first = after.patterns[0]
    assert first is not None and first.track("loop").steps[0] == Step(1.0)


def test_a_loop_with_a_moved_downbeat_is_corrected_in_its_place(engine: RunningEngine) -> None:
    finished(engine)
    engine.client.ask(ShiftDownbeat(1))
    engine.client.ask(ToggleStep("loop", 0))
    wanted = machine(engine).pattern
    engine.client.ask(Correct())
    assert engine.client.wait(lambda s: any("steps were read" in notice.text for notice in s.status.notices), 5.0)
    assert finished(engine).pattern == wanted and strokes(machine(engine)) == {0: 1.0, 3: 1.0}
