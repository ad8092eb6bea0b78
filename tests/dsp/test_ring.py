from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import Kit, OneShot
from engine.core.machine import empty_machine
from engine.dsp.layout import RING_RECORDS, SCORE_SLOTS
from engine.dsp.processor import Processor
from engine.dsp.ring import CANCEL, JUMP, PANIC, SCORE, Record, RingFull

SILENCE = np.zeros((128, 2), np.float32)


def test_commands_come_back_as_done_in_the_order_of_their_frames() -> None:
    processor = Processor(48000, 128)
    processor.push([Record(PANIC, 1, 100), Record(PANIC, 2, 50), Record(PANIC, 3, 0), Record(PANIC, 4, 400)])
    processor.process(SILENCE, 0)
    assert [(done.sequence, done.frame) for done in processor.drain()] == [(3, 0), (2, 50), (1, 100)]
    for block in range(1, 4):
        processor.process(SILENCE, block * 128)
    assert [(done.sequence, done.frame) for done in processor.drain()] == [(4, 400)]


def test_a_batch_that_does_not_fit_is_refused_whole() -> None:
    processor = Processor(48000, 128)
    processor.push([Record(PANIC, k, 1 << 40) for k in range(RING_RECORDS - 3)])
    with pytest.raises(RingFull):
        processor.push([Record(PANIC, 1000 + k) for k in range(4)])
    processor.push([Record(PANIC, 2000)])


def test_cancel_forgets_scores_but_not_pads_that_wait() -> None:
    processor = Processor(48000, 128)
    machine = empty_machine(48000)
    processor.push([processor.score(1, 300, machine, {}), Record(PANIC, 2, 300)])
    processor.process(SILENCE, 0)
    processor.push([processor.slots.cancel(3), processor.score(4, 310, machine, {})])
    for block in range(1, 4):
        processor.process(SILENCE, block * 128)
    assert [(done.kind, done.sequence) for done in processor.drain()] == [(CANCEL, 3), (PANIC, 2), (SCORE, 4)]


def test_score_slots_come_back_however_they_were_used() -> None:
    processor = Processor(48000, 128)
    machine = empty_machine(48000)
    sequence = 0
    for block in range(200):
        sequence += 3
        if block % 5 == 4:
            processor.push([processor.slots.cancel(sequence + 2)])
        else:
            later = processor.score(sequence + 1, (block + 2) * 128, machine, {})
            processor.push([processor.score(sequence, 0, machine, {}), later])
        processor.process(SILENCE, block * 128)
        processor.drain()
    for block in range(200, 210):
        processor.process(SILENCE, block * 128)
        processor.drain()
    assert processor.slots.free == SCORE_SLOTS - 1


def test_a_dropped_block_is_told_and_the_song_goes_on_where_the_world_is() -> None:
    processor = Processor(48000, 128)
    processor.process(SILENCE, 1000)
    processor.process(SILENCE, 1128 + 256)
    (jump,) = processor.drain()
    assert (jump.kind, jump.frame, jump.value) == (JUMP, 1128, 1384)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 128), st.integers(0, 300)), min_size=1, max_size=60))
def test_the_capture_ring_holds_the_newest_input_by_frame_with_silence_for_what_was_dropped(
        blocks: list[tuple[int, int]]) -> None:
    processor = Processor(8000, 128, capture_s=0.1)
    heard: dict[int, float] = {}
    frame, count = 0, 0
    for frames, gap in blocks:
        frame += gap if frame else 0
        block = np.arange(count, count + 2 * frames, dtype=np.float32).reshape(frames, 2) + 1
        count += 2 * frames
        processor.process(block, frame)
        heard.update({frame + k: float(block[k, 0]) for k in range(frames)})
        frame += frames
    ring = processor.capture
    assert ring.newest_frame == frame
    audio = ring.read(ring.oldest_frame, frame - ring.oldest_frame)
    assert [heard.get(ring.oldest_frame + k, 0.0) for k in range(len(audio))] == audio[:, 0].tolist()


def test_the_future_and_the_forgotten_cannot_be_read() -> None:
    processor = Processor(8000, 128, capture_s=0.1)
    for block in range(40):
        processor.process(SILENCE, block * 128)
    with pytest.raises(TaoError, match="not been recorded yet"):
        processor.capture.read(5000, 200)
    with pytest.raises(TaoError, match="gone"):
        processor.capture.read(0, 10)


def test_a_command_is_never_done_without_being_told_however_many_blocks_were_lost() -> None:
    processor = Processor(48000, 128)
    for block in range(400):  # nobody reads: the control thread is held up
        processor.process(SILENCE, block * 1000)
    processor.push([processor.score(1, 0, empty_machine(48000), {}), *(Record(PANIC, 2 + k) for k in range(200))])
    reports = []
    for block in range(400, 404):
        processor.process(SILENCE, block * 1000)
    for block in range(404, 420):
        reports += processor.drain()
        processor.process(SILENCE, block * 1000)
    assert [done.sequence for done in reports if done.kind != JUMP] == list(range(1, 202))


def test_a_machine_that_cannot_be_lowered_costs_no_slot() -> None:
    processor = Processor(48000, 128)
    missing = replace(empty_machine(48000), kit=Kit("missing", {"kick": OneShot("nowhere", 10)}))
    for sequence in range(3 * SCORE_SLOTS):
        with pytest.raises(InvalidValue, match="missing"):
            processor.score(sequence, 0, missing, {})
    assert processor.slots.free == SCORE_SLOTS - 1


def test_a_take_holds_no_value_that_is_not_a_number() -> None:
    processor = Processor(8000, 64)
    block = np.full((64, 2), 0.5, np.float32)
    block[3], block[9, 1] = np.nan, -np.inf
    processor.process(block, 0)
    heard = processor.capture.read(0, 64)
    assert not heard[3].any() and heard[9].tolist() == [0.5, 0.0] and np.isfinite(heard).all()
    assert np.isfinite(processor.memory["input_peaks"]).all()


def test_before_the_first_block_nothing_was_missed() -> None:
    processor = Processor(8000, 64)
    processor.process(np.ones((64, 2), np.float32), 1 << 40)
    assert processor.drain() == [] and processor.capture.read(1 << 40, 64).all()
