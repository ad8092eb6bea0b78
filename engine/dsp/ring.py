"""Rings between one writer and one reader: commands in, reports of what was done out, and audio by frame.

A command waits for its frame in the audio thread's own list, `pending`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import types

from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.dsp.atomics import load_acquire, position, publish, store_release
from engine.dsp.kernel import inner
from engine.dsp.layout import MEMORY, PENDING, RING_RECORDS, stereo

# kinds of commands, and what came of them
SCORE, PAD, PANIC, CANCEL = 1, 2, 3, 4
CUTS = 1  # as PANIC's value: what rings and repeats is cut as well; 0: the voices alone, as old sessions have it
JUMP = 5
HIT, BEGIN, END = 16, 17, 18
VELOCITY_UNIT = 1_000_000

INT = types.int64


class RingFull(TaoError):
    """The audio thread has not read for a while; nothing was published."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing for the audio thread to do at `at_frame` (0: as soon as possible).

    value is the score slot of a SCORE, the track index of a PAD, CUTS or 0 of a PANIC; velocity a PAD's. HIT, BEGIN
    and END are what MIDI does by itself (`midi_in`); as records they repeat it.
    """

    kind: int
    sequence: int
    at_frame: int = 0
    value: int = 0
    velocity: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """What the audio thread did: a command of `kind` took effect at `frame`. `value` is the slot of a SCORE, the
    count of a CANCEL, the value of a HIT or BEGIN. A JUMP went from `frame` to `value`: the blocks in between were
    never rendered."""

    kind: int
    sequence: int
    frame: int
    value: int


def unread(ring: np.void) -> int:
    """How many entries wait for the reader of the ring."""
    return int(position(ring["head"]) - ring["tail"][0])


def consume(ring: np.void, count: int) -> None:
    """The reader has read `count` entries."""
    publish(ring["tail"], ring["tail"][0] + count)


class CommandRing:
    """Control thread to audio thread. One writer."""

    def __init__(self, memory: np.void) -> None:
        self._ring = memory["commands"]

    def push(self, records: Sequence[Record]) -> None:
        """Publish all records at once: the audio thread sees all or none. Raises RingFull."""
        head = int(self._ring["head"][0])
        if RING_RECORDS - (head - position(self._ring["tail"])) < len(records):
            raise RingFull("The audio thread no longer takes commands; restart the engine.")
        entries = self._ring["records"]
        for offset, record in enumerate(records):
            entries[(head + offset) % RING_RECORDS] = (record.kind, record.sequence, record.at_frame, record.value,
                                                       round(record.velocity * VELOCITY_UNIT))
        publish(self._ring["head"], head + len(records))


class ReturnRing:
    """Audio thread to control thread. One reader."""

    def __init__(self, memory: np.void) -> None:
        self._ring = memory["reports"]

    def drain(self) -> list[Done]:
        """All that was done since the last call, in order."""
        count, tail, entries = unread(self._ring), int(self._ring["tail"][0]), self._ring["records"]
        rows = [entries[(tail + offset) % RING_RECORDS].tolist() for offset in range(count)]
        consume(self._ring, count)
        return [Done(kind, sequence, frame, value) for kind, sequence, frame, value, _ in rows]


class FrameRing:
    """The newest audio of some kind, by absolute frame. written: the cursor that holds the frame after the last one;
    margin_frames: the longest block, so much may be being written at any time."""

    def __init__(self, audio: np.ndarray, written: np.ndarray, margin_frames: int) -> None:
        self._audio, self._written, self._margin_frames = audio, written, margin_frames

    @property
    def newest_frame(self) -> int:
        """The frame after the last one written."""
        return int(position(self._written))

    @property
    def oldest_frame(self) -> int:
        """The first frame that is sure to be there still."""
        return max(0, self.newest_frame - len(self._audio) + 2 * self._margin_frames)

    def read(self, from_frame: int, frames: int) -> Audio:
        """A copy, float32 (frames, 2). Raises TaoError when part of it is not there yet or any more."""
        if from_frame + frames > self.newest_frame:
            raise TaoError(f"Frame {from_frame + frames} has not been recorded yet; wait for it.")
        size = len(self._audio)
        start = from_frame % size
        first = min(frames, size - start)
        audio = np.concatenate((self._audio[start : start + first], self._audio[: frames - first]))
        if from_frame < self.oldest_frame:  # asked after the copy: it may have been overwritten meanwhile
            raise TaoError(f"Frame {from_frame} is gone; the last {size - 2 * self._margin_frames} frames are kept. "
                           "Record shorter takes.")
        return audio


@inner(INT(MEMORY))
def room_to_report(memory):
    """How many reports the control thread's ring still takes. Real-time: yes."""
    return RING_RECORDS - (memory.reports.head[0] - load_acquire(memory.reports.tail, 0))


@inner(types.void(MEMORY, INT, INT, INT, INT))
def report(memory, kind, sequence, frame, value):
    """Tell the control thread what was done. Real-time: yes.

    Commands are only taken while there is room to report them (`take_commands`); what happens by itself leaves
    them that room, and is lost when nobody has read for some 190 of them.
    """
    if room_to_report(memory) > (PENDING if kind >= JUMP else 0):
        head = memory.reports.head[0]
        entry = memory.reports.records[head % RING_RECORDS]
        entry.kind, entry.sequence, entry.frame, entry.value = kind, sequence, frame, value
        store_release(memory.reports.head, 0, head + 1)


@inner(types.void(MEMORY))
def forget_scores(memory):
    """Remove every pending score."""
    kept = 0
    for index in range(memory.state.pending_count):
        if memory.pending[index].kind != SCORE:
            memory.pending[kept] = memory.pending[index]
            kept += 1
    memory.state.pending_count = kept


@inner(types.void(MEMORY))
def take_commands(memory):
    """Move what was published from the ring to the pending list, in order of arrival, as far as there is room
    to remember it and to report it when it is done."""
    state, ring = memory.state, memory.commands
    head, tail = load_acquire(ring.head, 0), ring.tail[0]
    while tail < head and state.pending_count < min(PENDING, room_to_report(memory)):
        record = ring.records[tail % RING_RECORDS]
        if record.kind == CANCEL:
            before = state.pending_count
            forget_scores(memory)
            report(memory, CANCEL, record.sequence, state.expected, before - state.pending_count)
        else:
            memory.pending[state.pending_count] = record
            state.pending_count += 1
        tail += 1
    store_release(ring.tail, 0, tail)


@inner(INT(MEMORY))
def next_command(memory):
    """The pending command that is due first, by frame, then by arrival; -1 when there is none."""
    first = -1
    for index in range(memory.state.pending_count):
        if first < 0 or memory.pending[index].frame < memory.pending[first].frame:
            first = index
    return first


@inner(types.void(MEMORY, INT))
def drop_command(memory, index):
    """Remove pending command `index` and close the gap it leaves."""
    for later in range(index + 1, memory.state.pending_count):
        memory.pending[later - 1] = memory.pending[later]
    memory.state.pending_count -= 1


@inner(types.void(MEMORY, INT, INT))
def capture_block(memory, frame, frames):
    """Copy the block's input into the ring at absolute `frame`; a gap before it becomes silence, and so does
    what is not a finite number, here and in `audio_in`: a take is for keeps."""
    ring, written, audio_in = stereo(memory.capture.audio), memory.capture.written, memory.audio_in
    size = len(ring)
    gap = min(frame - written[0], size)
    for offset in range(gap):
        index = (frame - gap + offset) % size
        ring[index, 0] = 0.0
        ring[index, 1] = 0.0
    for offset in range(frames):
        index = (frame + offset) % size
        for channel in range(2):
            if not math.isfinite(audio_in[offset, channel]):
                audio_in[offset, channel] = 0.0
            ring[index, channel] = audio_in[offset, channel]
    store_release(written, 0, frame + frames)
