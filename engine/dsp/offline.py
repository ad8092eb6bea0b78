"""Machine to audio without a device: the same rings, scores and kernels as live, in a plain loop."""

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from engine.core.commands import Command, Panic, TriggerPad, apply
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.dsp.layout import PENDING
from engine.dsp.processor import Processor
from engine.dsp.ring import CUTS, PAD, PANIC, Done, Record, RingFull


def render_offline(machine: Machine, bank: Mapping[SampleId, Audio], frames: int,
                   commands: Sequence[tuple[int, Command]] = (), block_frames: int = 256) -> Audio:
    """What `machine` plays from frame 0 on, dry, float32 (frames, 2).

    commands: (frame, command), ascending; each takes effect on its frame. The result is the same to the bit
    at any block_frames. Raises InvalidValue for a command that the machine does not understand, and RingFull
    when more happens on one frame than the audio thread's list holds.
    """
    processor = Processor(machine.timeline.sample_rate, block_frames)
    silence = np.zeros((block_frames, 2), np.float32)
    out = np.zeros((frames, 2), np.float32)
    records = _Records(processor, machine, bank, commands)
    start = 0
    while start < frames:
        end = records.push_until(start, min(frames, start + block_frames))
        out[start:end] = processor.process(silence[: end - start], start)
        records.take_note(processor.drain())
        start = end
    return out


class _Records:
    """The commands still to come, and the machine that they have made so far."""

    def __init__(self, processor: Processor, machine: Machine, bank: Mapping[SampleId, Audio],
                 commands: Sequence[tuple[int, Command]]) -> None:
        self._processor, self._machine, self._bank = processor, machine, bank
        self._waiting = deque(commands)
        self._sequence = self._outstanding = 1
        processor.push([processor.score(1, 0, machine, bank)])

    def push_until(self, start: int, end: int) -> int:
        """Push what happens before `end`; where the block must end, `end` or earlier, for want of room."""
        while self._waiting and self._waiting[0][0] < end:
            at_frame = self._waiting[0][0]
            if self._outstanding == PENDING or not self._processor.slots.free:
                if at_frame <= start:
                    raise RingFull(f"Too much happens on frame {at_frame}; spread the commands over a few frames.")
                return at_frame
            self._processor.push([self._next(at_frame)])
            self._outstanding += 1
        return end

    def take_note(self, done: list[Done]) -> None:
        """Commands were done: there is room for as many more."""
        self._outstanding -= len(done)

    def _next(self, at_frame: int) -> Record:
        """The record of the next command, or of all the next ones on this frame that change the machine."""
        self._sequence += 1
        changed = False
        while self._waiting and self._waiting[0][0] == at_frame:
            command = self._waiting[0][1]
            is_sound = isinstance(command, TriggerPad | Panic)
            if changed and is_sound:
                break
            self._waiting.popleft()
            self._machine = apply(command, self._machine, at_frame)
            if is_sound:
                return self._sound(command, at_frame)
            changed = True
        return self._processor.score(self._sequence, at_frame, self._machine, self._bank)

    def _sound(self, command: Command, at_frame: int) -> Record:
        if isinstance(command, TriggerPad):
            track = [track.name for track in self._machine.pattern.tracks].index(command.track)
            return Record(PAD, self._sequence, at_frame, track, command.velocity)
        return Record(PANIC, self._sequence, at_frame, CUTS)
