"""A tempo in doubt: other readings are offered, and one that is chosen is what the loop is counted by."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bridge.messages import StageReady
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import Kit
from engine.core.loop import PlayedLoop, Reading
from engine.core.machine import Machine, empty_machine
from engine.core.requests import CaptureLast, CountAs, EndTake, StartFreeTake
from engine.core.snapshot import RecordState
from engine.worker.findings import TempoCandidates, same_cut
from tests.rig import RunningEngine, running_engine

LOOP = PlayedLoop("ab" * 8, 96000, 4)


def stage(*readings: Reading) -> StageReady:
    return StageReady(1, "pattern", Kit("k"), empty_machine(48000).pattern, LOOP, {}, readings=readings)


def test_less_than_half_is_doubt() -> None:
    unsure = (Reading(4, 120.0, 0.45), Reading(8, 240.0, 0.3))
    candidates = TempoCandidates.of(stage(*unsure), "a.wav")
    assert candidates is not None and candidates.about(LOOP) == unsure
    assert candidates.about(PlayedLoop("cd" * 8, 96000, 4)) == () == candidates.about(None)
    assert candidates.about(PlayedLoop("ab" * 8, 96000, 8)) == (), "somebody has said so"


def test_a_sure_reading_is_no_doubt_and_a_close_second_is() -> None:
    assert TempoCandidates.of(stage(Reading(4, 120.0, 0.9), Reading(8, 240.0, 0.1)), "a.wav") == TempoCandidates()
    close = (Reading(4, 120.0, 0.55), Reading(3, 90.0, 0.45))
    assert TempoCandidates.of(stage(*close), "a.wav") == TempoCandidates(LOOP.sample, 4, close, "a.wav")
    assert TempoCandidates.of(stage(), "a.wav") is None


def test_the_reading_that_is_chosen_comes_first_and_the_others_stay() -> None:
    one, two, three = Reading(4, 120.0, 0.4), Reading(8, 240.0, 0.3), Reading(3, 90.0, 0.2)
    candidates = TempoCandidates(LOOP.sample, 4, (one, two, three))
    assert candidates.chosen(2) == (three, one, two)
    with pytest.raises(InvalidValue, match="no reading 4 of this loop; there are 3"):
        candidates.chosen(3)


def test_only_a_reading_that_cuts_the_recording_elsewhere_is_decomposed_again() -> None:
    whole, half = Reading(4, 120.0, 0.4, cut_s=(0.0, 2.0)), Reading(8, 240.0, 0.3, cut_s=(0.001, 2.0))
    assert same_cut(whole, half) and not same_cut(whole, Reading(3, 120.0, 0.3, cut_s=(0.5, 2.0)))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null") as engine:
        yield engine


def settled(engine: RunningEngine, beats: int) -> Machine:
    """The machine, once its loop has so many beats and nothing is on its way."""
    assert engine.client.wait(lambda s: s.status.machine.loop is not None and s.status.machine.loop.beats == beats
                              and s.status.machine.pattern.beats == beats and s.status.job is None
                              and not s.status.pending, 15.0), engine.client.snapshot().status
    return engine.client.snapshot().status.machine


def lasts_s(machine: Machine) -> float:
    """What the loop's beats last at the machine's tempo."""
    assert machine.loop is not None
    return machine.loop.beats * 60.0 / machine.timeline.bpm


def test_a_loop_is_counted_otherwise_and_back_by_undo(engine: RunningEngine) -> None:
    with pytest.raises(TaoError, match="There is no loop to read another way"):
        engine.client.ask(CountAs(8))
    engine.client.ask(CaptureLast(4))
    length_s = lasts_s(settled(engine, 4))
    for beats in (2, 3, 4):  # half as many, then what is no matter of halves
        engine.client.ask(CountAs(beats))
        assert lasts_s(settled(engine, beats)) == pytest.approx(length_s)
    for beats in (3, 2, 4):
        engine.client.undo()
        assert lasts_s(settled(engine, beats)) == pytest.approx(length_s)
    with pytest.raises(TaoError, match="a tempo lies between 30 and 300"):
        engine.client.ask(CountAs(64))


def test_a_free_take_offers_its_readings_until_one_is_chosen(engine: RunningEngine) -> None:
    engine.client.ask(StartFreeTake())
    assert engine.client.wait(lambda s: s.status.record_state is RecordState.RECORDING, 5.0)
    time.sleep(1.5)
    engine.client.ask(EndTake())
    assert engine.client.wait(lambda s: len(s.status.readings) == 2, 10.0)
    (likeliest, _) = engine.client.snapshot().status.readings
    playing = engine.client.snapshot().status.machine
    engine.client.count_as(likeliest.beats)
    machine = settled(engine, likeliest.beats)
    assert machine.playing and lasts_s(machine) == pytest.approx(lasts_s(playing))
    assert engine.client.snapshot().status.readings == ()
