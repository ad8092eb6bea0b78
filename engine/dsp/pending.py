"""The commands that wait for their frame, in the audio thread's own list."""

from numba import types

from engine.dsp.kernel import inner
from engine.dsp.layout import (
    EXPECTED,
    HEAD,
    MEMORY,
    PENDING,
    PENDING_COUNT,
    RING_RECORDS,
    TAIL,
    load_acquire,
    store_release,
)
from engine.dsp.ring import AT_FRAME, CANCEL, KIND, RECORD_SEQUENCE, SCORE, room_to_tell, tell

INT = types.int64


@inner(types.void(MEMORY))
def take_commands(memory):
    """Move what was published from the ring to the pending list, in order of arrival, as far as there is room
    to remember it and to tell of it when it is done."""
    heads = memory.command_heads
    head, tail = load_acquire(heads, HEAD), heads[TAIL]
    while tail < head and memory.state[PENDING_COUNT] < min(PENDING, room_to_tell(memory)):
        record = memory.commands[tail % RING_RECORDS]
        if record[KIND] == CANCEL:
            kept = 0
            for index in range(memory.state[PENDING_COUNT]):
                if memory.pending[index, KIND] != SCORE:
                    memory.pending[kept] = memory.pending[index]
                    kept += 1
            tell(memory, CANCEL, record[RECORD_SEQUENCE], memory.state[EXPECTED], memory.state[PENDING_COUNT] - kept)
            memory.state[PENDING_COUNT] = kept
        else:
            memory.pending[memory.state[PENDING_COUNT]] = record
            memory.state[PENDING_COUNT] += 1
        tail += 1
    store_release(heads, TAIL, tail)


@inner(INT(MEMORY))
def next_command(memory):
    """The pending command that is due first, by frame, then by arrival; -1 when there is none."""
    first = -1
    for index in range(memory.state[PENDING_COUNT]):
        if first < 0 or memory.pending[index, AT_FRAME] < memory.pending[first, AT_FRAME]:
            first = index
    return first
