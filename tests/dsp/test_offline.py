import numpy as np
import pytest

from engine.core.commands import Play, SetStep, ToggleStep, TriggerPad
from engine.core.effects import Effects, Latch
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Step
from engine.dsp.controls import GAIN, ROOM_SEND
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from engine.dsp.ring import RingFull
from tests.sounds import impulse

CLICK = {"click": impulse()}


def clicking() -> Machine:
    machine = empty_machine(8000)
    return Machine(machine.timeline, machine.pattern, Kit("click", {"kick": OneShot("click", 1)}))


@pytest.mark.parametrize("block_frames", [64, 997, 8192])
def test_hundreds_of_commands_in_one_block_all_take_effect(block_frames: int) -> None:
    pads = [(5 * k, TriggerPad("kick", 1.0)) for k in range(300)]
    edits = [(5 * k + 1, ToggleStep("kick", k % 16)) for k in range(300)]
    audio = render_offline(clicking(), CLICK, 8192, sorted(pads + edits, key=lambda pair: pair[0]), block_frames)
    assert np.flatnonzero(audio[:, 0]).tolist() == [frame for frame, _ in pads]


def test_commands_on_one_frame_act_in_their_order() -> None:
    on, off = SetStep("kick", 0, Step()), SetStep("kick", 0, None)
    assert render_offline(clicking(), CLICK, 500, [(100, Play()), (100, on)])[100].all()
    assert not render_offline(clicking(), CLICK, 500, [(100, on), (100, Play()), (100, off)]).any()


def test_more_than_the_audio_thread_can_hold_on_one_frame_is_refused_in_a_sentence() -> None:
    with pytest.raises(RingFull, match="on frame 100"):
        render_offline(clicking(), CLICK, 500, [(100, TriggerPad("kick", 1.0))] * 65)


def test_controls_reach_their_targets_in_five_milliseconds() -> None:
    processor = Processor(8000, 256)
    machine = clicking()
    quiet = Machine(machine.timeline, machine.pattern, machine.kit,
                    effects=Effects(-20.0, reverb=Latch(on=True, amount=0.5)))
    processor.push([processor.score(1, 0, machine, CLICK), processor.score(2, 100, quiet, CLICK)])
    processor.process(np.zeros((256, 2), np.float32), 0)
    controls = processor.memory["controls"][:256, [GAIN, ROOM_SEND]]
    assert np.array_equal(controls[:101], np.tile([1.0, 0.0], (101, 1)))
    assert np.allclose(controls[140:], [0.1, 0.5])
    steps = np.diff(controls[100:141], axis=0)
    assert np.allclose(steps[:39], steps[0])


def test_preparing_again_takes_another_rate_and_block_and_forgets_everything() -> None:
    processor = Processor(8000, 64)
    processor.push([processor.score(1, 0, clicking(), CLICK)])
    processor.process(np.ones((64, 2), np.float32), 0)
    old = processor.memory
    processor.prepare(48000, 512)
    assert processor.max_frames == 512 and processor.memory is not old
    assert not processor.process(np.zeros((512, 2), np.float32), 0).any() and processor.drain() == []
