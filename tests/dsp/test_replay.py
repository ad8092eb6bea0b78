"""What was applied, and when, is enough to hear the same again: in other blocks, without what went wrong."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.commands import Panic, TriggerPad, apply
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.dsp.processor import Processor
from engine.dsp.ring import JUMP, PAD, PANIC, Done, Record
from tests.sounds import bank
from tests.strategies import commands, effects, machines

MAX_FRAMES = 997
SILENCE = np.zeros((MAX_FRAMES, 2), np.float32)
SOUNDS = bank()
# a block: how many frames were lost before it, how long it is, what is asked for just before it and how far ahead
blocks = st.lists(st.tuples(st.sampled_from([0, 0, 0, 0, 64, 700]), st.integers(1, MAX_FRAMES),
                            st.lists(st.tuples(commands, st.integers(-200, 3000)), max_size=2)), max_size=20)


def perform(machine: Machine, moves) -> tuple[dict[int, Machine | Record], list[Done], np.ndarray]:
    """Play live: what was sent by sequence, what the audio thread reports, and what was heard, by frame."""
    processor, frame, reports = Processor(machine.timeline.sample_rate, MAX_FRAMES), 0, []
    sent: dict[int, Machine | Record] = {1: machine}
    heard = []
    processor.push([processor.score(1, 0, machine, SOUNDS)])
    for lost, frames, wishes in moves:
        frame += lost if heard else 0
        for wish, ahead in wishes:
            try:
                after = apply(wish, machine, max(0, frame + ahead))
            except InvalidValue:
                continue
            sequence = len(sent) + 1
            if isinstance(wish, TriggerPad | Panic):
                kind = PAD if isinstance(wish, TriggerPad) else PANIC
                sent[sequence] = Record(kind, sequence, max(0, frame + ahead), 0, 0.7)
                processor.push([sent[sequence]])
            elif processor.slots.free:
                machine = sent[sequence] = after
                processor.push([processor.score(sequence, max(0, frame + ahead), machine, SOUNDS)])
        heard.append(np.zeros((lost if heard else 0, 2)))
        heard.append(processor.process(SILENCE[:frames], frame).copy())
        reports += processor.drain()
        frame += frames
    return sent, reports, np.concatenate(heard) if heard else np.zeros((0, 2))


def replayed(rate: int, sent: dict[int, Machine | Record], reports: list[Done], frames: int, block: int) -> np.ndarray:
    """Play again from what was reports alone, in blocks of `block` frames."""
    processor, out, frame = Processor(rate, MAX_FRAMES), np.zeros((frames, 2)), 0
    events = [done for done in reports if done.kind != JUMP]
    jumps = [done for done in reports if done.kind == JUMP]
    while frame < frames:
        if jumps and jumps[0].frame == frame:
            frame = jumps.pop(0).value
        end = min(frame + block, jumps[0].frame if jumps else frames, frames)
        while events and events[0].frame < end:
            done = events.pop(0)
            original = sent[done.sequence]
            if isinstance(original, Record):
                processor.push([Record(done.kind, done.sequence, done.frame, original.value, original.velocity)])
            else:
                processor.push([processor.score(done.sequence, done.frame, original, SOUNDS)])
        out[frame:end] = processor.process(SILENCE[: end - frame], frame)
        processor.drain()
        frame = end
    return out


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machines(), blocks)
def test_a_performance_with_lost_blocks_is_replayed_bit_for_bit_in_any_blocks(machine: Machine, moves) -> None:
    sent, reports, heard = perform(machine, moves)
    for block in (64, 128, 997):
        assert np.array_equal(replayed(machine.timeline.sample_rate, sent, reports, len(heard), block), heard)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machines(effects=effects), blocks)
def test_a_performance_of_effects_is_replayed_bit_for_bit_in_any_blocks(machine: Machine, moves) -> None:
    sent, reports, heard = perform(machine, moves)
    for block in (64, 997):
        assert np.array_equal(replayed(machine.timeline.sample_rate, sent, reports, len(heard), block), heard)
