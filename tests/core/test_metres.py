"""Bars, beats and boundaries are those of the pattern's metre."""

from dataclasses import replace

import pytest

from engine.core.commands import Boundary, Play, SetTimeSignature, apply, target_frames
from engine.core.commands.merging import merged_pattern
from engine.core.errors import InvalidValue
from engine.core.groove import feel
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.snapshot import Meters, Snapshot, Status
from engine.core.time_signature import bar_quarters, pulse_ticks, read_time_signature, whole_or_half
from engine.core.timeline import PPQN

RATE = 48000
METERS = {(3, 4): (3, 3), (4, 4): (4, 4), (5, 4): (5, 5), (6, 8): (3, 2), (7, 8): (3.5, 7), (9, 8): (4.5, 3),
          (12, 8): (6, 4)}   # quarters and counted beats in a bar


def in_metre(signature: tuple[int, int]) -> Machine:
    return apply(SetTimeSignature(signature), empty_machine(RATE), 0)


@pytest.mark.parametrize("signature", METERS)
def test_a_bar_holds_the_beats_of_its_metre(signature: tuple[int, int]) -> None:
    quarters, counted = METERS[signature]
    pattern = in_metre(signature).pattern
    assert (pattern.time_signature, pattern.beats_per_bar) == (signature, quarters)
    assert pattern.bar_ticks == quarters * PPQN == counted * pattern.pulse_ticks
    assert bar_quarters(signature) == quarters and pulse_ticks(signature) == pattern.pulse_ticks


@pytest.mark.parametrize("signature", METERS)
def test_bar_and_beat_are_counted_in_the_metre(signature: tuple[int, int]) -> None:
    machine = in_metre(signature)
    counted, pulse = METERS[signature][1], machine.pattern.pulse_ticks
    status = Status(machine, "null", "", RATE, 256)
    for beats in (0, 1, counted - 1, counted, 3 * counted + 1):
        at = Snapshot(status, Meters(position_ticks=beats * pulse + 5, playing=True)).bar_beat
        assert at == (beats // counted + 1, beats % counted + 1)


@pytest.mark.parametrize("signature", METERS)
def test_what_waits_for_the_bar_line_or_a_beat_waits_for_that_of_the_metre(signature: tuple[int, int]) -> None:
    machine = apply(Play(), in_metre(signature), 0)
    per_tick = machine.timeline.frames_per_tick
    bar, pulse = machine.pattern.bar_ticks, machine.pattern.pulse_ticks
    assert target_frames(machine, Boundary.BAR, round(0.4 * bar * per_tick)) == round(bar * per_tick)
    assert target_frames(machine, Boundary.BEAT, round(1.5 * pulse * per_tick)) == round(2 * pulse * per_tick)


def test_a_metre_set_by_hand_survives_the_next_stage_of_a_decomposition() -> None:
    base = Pattern((Track("kick", (Step(1.0), None) * 7),), 7)
    mine = replace(base, beats_per_bar=3.5, beat_unit=8)
    incoming = base.with_track(Track("kick", (Step(0.9), None) * 7))
    assert merged_pattern(base, mine, incoming).time_signature == (7, 8)
    heard = replace(incoming, beats_per_bar=3)
    assert merged_pattern(base, base, heard).time_signature == (3, 4)


@pytest.mark.parametrize("text", ["4", "3/5", "0/4", "40/4", "a/b", "", "3/4/4", "-3/4"])
def test_what_is_no_metre_is_one_sentence(text: str) -> None:
    with pytest.raises(InvalidValue, match="metre"):
        read_time_signature(text)


def test_lengths_are_whole_or_half_beats() -> None:
    assert (whole_or_half(4.0), whole_or_half(3.5)) == (4, 3.5) and isinstance(whole_or_half(4.0), int)
    with pytest.raises(InvalidValue, match="whole or half beats"):
        whole_or_half(3.25)


@pytest.mark.parametrize(("per_beat", "swing", "words"), [
    (4, 0.5, ""), (4, 0.58, "sixteenths swung 58 %"), (2, 0.66, "eighths swung 66 %, a triplet feel"),
    (3, 0.5, "triplets"), (6, 0.5, "triplets")])
def test_swing_and_triplets_are_named(per_beat: int, swing: float, words: str) -> None:
    assert feel(Pattern((Track("kick", (Step(1.0),) * per_beat, per_beat),), 1, swing)) == words
