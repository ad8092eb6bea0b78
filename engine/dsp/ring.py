"""Rings between one writer and one reader: commands in, what was done out, and the input that was heard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, types

from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.dsp.kernel import inner
from engine.dsp.layout import (
    CAPTURED,
    HEAD,
    MEMORY,
    PENDING,
    RECORD_WORDS,
    RING_RECORDS,
    TAIL,
    Memory,
    load_acquire,
    store_release,
)

# kinds of command records, and what came of them
SCORE, PAD, PANIC, CANCEL = 1, 2, 3, 4
CUTS = 1  # as PANIC's value: what rings and repeats is cut as well; 0: the voices alone, as sessions of old have it
JUMP = 5
HIT, BEGIN, END = 16, 17, 18
# words of a record
KIND, RECORD_SEQUENCE, AT_FRAME, VALUE, VELOCITY, RESULT = 0, 1, 2, 3, 4, 5
VELOCITY_UNIT = 1_000_000

HEADS = types.Array(types.int64, 1, "C")
RECORDS = types.Array(types.int64, 2, "C")


class RingFull(TaoError):
    """The audio thread has not read for a while; nothing was published."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing for the audio thread to do at `at_frame` (0: as soon as possible).

    value is the score slot of a SCORE, the track index of a PAD, CUTS or 0 of a PANIC; velocity a PAD's. HIT, BEGIN
    and END are what MIDI does by itself (`transport`); as records they repeat it.
    """

    kind: int
    sequence: int
    at_frame: int = 0
    value: int = 0
    velocity: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """What the audio thread did: a command of `kind` took effect at `frame`; SCORE and CANCEL tell their
    slot or count in `value`, HIT and BEGIN theirs. A JUMP went from `frame` to `value`: blocks in between
    were never rendered."""

    kind: int
    sequence: int
    frame: int
    value: int


@njit(types.int64(HEADS), cache=True, nogil=True)
def _free_records(heads):
    return RING_RECORDS - (heads[HEAD] - load_acquire(heads, TAIL))


@njit(types.void(HEADS, types.int64), cache=True, nogil=True)
def _publish(heads, count):
    store_release(heads, HEAD, heads[HEAD] + count)


@njit(types.int64(HEADS), cache=True, nogil=True)
def unread(heads):
    """How many records wait for the reader of the ring with these heads."""
    return load_acquire(heads, HEAD) - heads[TAIL]


@njit(types.void(HEADS, types.int64), cache=True, nogil=True)
def consume(heads, count):
    """The reader has read `count` records."""
    store_release(heads, TAIL, heads[TAIL] + count)


class CommandRing:
    """Control thread to audio thread. One writer."""

    def __init__(self, memory: Memory) -> None:
        self._records, self._heads = memory.commands, memory.command_heads

    def push(self, records: Sequence[Record]) -> None:
        """Publish all records at once: the audio thread sees all or none. Raises RingFull."""
        if _free_records(self._heads) < len(records):
            raise RingFull("The audio thread does not take commands any more; restart the engine.")
        head = int(self._heads[HEAD])
        for offset, record in enumerate(records):
            row = self._records[(head + offset) % RING_RECORDS]
            row[:5] = (record.kind, record.sequence, record.at_frame, record.value,
                       round(record.velocity * VELOCITY_UNIT))
        _publish(self._heads, len(records))


class ReturnRing:
    """Audio thread to control thread. One reader."""

    def __init__(self, memory: Memory) -> None:
        self._records, self._heads = memory.returns, memory.return_heads

    def drain(self) -> list[Done]:
        """All that was done since the last call, in order."""
        count = unread(self._heads)
        tail = int(self._heads[TAIL])
        rows = [self._records[(tail + offset) % RING_RECORDS] for offset in range(count)]
        done = [Done(int(row[KIND]), int(row[RECORD_SEQUENCE]), int(row[AT_FRAME]), int(row[VALUE])) for row in rows]
        consume(self._heads, count)
        return done


class FrameRing:
    """The newest audio of some kind, by absolute frame; `heads[word]` is the frame after the last one written.
    margin_frames: the longest block, so much may be being written at any time."""

    def __init__(self, audio: np.ndarray, heads: np.ndarray, word: int, margin_frames: int) -> None:
        self._audio, self._heads, self._word, self._margin_frames = audio, heads, word, margin_frames

    @property
    def newest_frame(self) -> int:
        """The frame after the last one written."""
        return int(_newest(self._heads, self._word))

    @property
    def oldest_frame(self) -> int:
        """The first frame that is sure to be there still."""
        return max(0, self.newest_frame - len(self._audio) + 2 * self._margin_frames)

    def read(self, from_frame: int, frames: int) -> Audio:
        """A copy, float32 (frames, 2). Raises TaoError when part of it is not there yet or any more."""
        if from_frame + frames > self.newest_frame:
            raise TaoError(f"The input up to frame {from_frame + frames} was not heard yet; wait for it.")
        size = len(self._audio)
        start = from_frame % size
        first = min(frames, size - start)
        audio = np.concatenate((self._audio[start : start + first], self._audio[: frames - first]))
        if from_frame < self.oldest_frame:  # asked after the copy: it may have been overwritten meanwhile
            raise TaoError("That part of the input is gone; the memory holds the last "
                           f"{(size - 2 * self._margin_frames)} frames. Record shorter takes.")
        return audio


class CaptureRing(FrameRing):
    """The newest input. Written in every block, whether anybody records or not."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory.capture, memory.state, CAPTURED, len(memory.audio_in))


@inner(types.int64(HEADS, types.int64))
def _newest(heads, word):
    return load_acquire(heads, word)


@inner(types.int64(MEMORY))
def room_to_tell(memory):
    """How many records the return ring still takes. Real-time: yes."""
    heads = memory.return_heads
    return RING_RECORDS - (heads[HEAD] - load_acquire(heads, TAIL))


@inner(types.void(MEMORY, types.int64, types.int64, types.int64, types.int64))
def tell(memory, kind, sequence, frame, value):
    """Put a record into the return ring. Real-time: yes.

    Commands are only taken while there is room to tell of them (`take_commands`); what happens by itself leaves
    them that room, and is lost when nobody has read for some 190 of them.
    """
    heads = memory.return_heads
    if room_to_tell(memory) > (PENDING if kind >= JUMP else 0):
        row = heads[HEAD] % RING_RECORDS
        memory.returns[row, KIND] = kind
        memory.returns[row, RECORD_SEQUENCE] = sequence
        memory.returns[row, AT_FRAME] = frame
        memory.returns[row, VALUE] = value
        store_release(heads, HEAD, heads[HEAD] + 1)


@inner(types.void(MEMORY, types.int64, types.int64))
def capture_block(memory, frame, frames):
    """Copy the block's input into the ring at absolute `frame`; a gap before it becomes silence, and so does
    what is not a finite number, here and in `audio_in`: a take is for keeps."""
    ring = memory.capture
    size = len(ring)
    gap = min(frame - memory.state[CAPTURED], size)
    for offset in range(gap):
        index = (frame - gap + offset) % size
        ring[index, 0] = 0.0
        ring[index, 1] = 0.0
    for offset in range(frames):
        index = (frame + offset) % size
        for channel in range(2):
            if not math.isfinite(memory.audio_in[offset, channel]):
                memory.audio_in[offset, channel] = 0.0
            ring[index, channel] = memory.audio_in[offset, channel]
    store_release(memory.state, CAPTURED, frame + frames)


assert RECORD_WORDS > RESULT
