"""Machine to audio without a device: the same rings, scores and kernels as live, in a plain loop."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.core.commands import Command, Panic, TriggerPad, apply
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.dsp.processor import Processor
from engine.dsp.ring import PAD, PANIC, Record


def render_offline(machine: Machine, bank: Mapping[SampleId, Audio], frames: int,
                   commands: Sequence[tuple[int, Command]] = (), block_frames: int = 256) -> Audio:
    """What `machine` plays from frame 0 on, dry, float32 (frames, 2).

    commands: (frame, command), ascending; each takes effect on its frame. The result is the same to the bit
    at any block_frames. Raises InvalidValue for a command that the machine does not understand.
    """
    processor = Processor(machine.timeline.sample_rate, block_frames)
    silence = np.zeros((block_frames, 2), np.float32)
    out = np.zeros((frames, 2), np.float32)
    waiting = list(commands)
    processor.push([processor.score(1, 0, machine, bank)])
    sequence = 1
    for start in range(0, frames, block_frames):
        end = min(frames, start + block_frames)
        while waiting and waiting[0][0] < end:
            at_frame, command = waiting.pop(0)
            machine = apply(command, machine, at_frame)
            sequence += 1
            processor.push([_record(processor, sequence, at_frame, command, machine, bank)])
        out[start:end] = processor.process(silence[: end - start], start)
        processor.drain()
    return out


def _record(processor: Processor, sequence: int, at_frame: int, command: Command, machine: Machine,
            bank: Mapping[SampleId, Audio]) -> Record:
    if isinstance(command, TriggerPad):
        track = [track.name for track in machine.pattern.tracks].index(command.track)
        return Record(PAD, sequence, at_frame, track, command.velocity)
    if isinstance(command, Panic):
        return Record(PANIC, sequence, at_frame)
    return processor.score(sequence, at_frame, machine, bank)
