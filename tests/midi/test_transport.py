"""One transport: the pure machine says of any messages what the kernel on the audio thread does with them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import midi_bytes as midi
from engine.core.commands import SetClockSource, SetSongPosition, apply
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockSource
from engine.core.midi_transport import RESTING, SONG_START, Begin, End, Transport
from engine.dsp import midi_in
from engine.dsp.processor import Processor
from engine.dsp.ring import BEGIN, END

RATE, BLOCK = 48000, 64
_positions = st.integers(0, midi.SONG_POSITIONS - 1).map(
    lambda beats: bytes((midi.SONG_POSITION, beats & midi.DATA_MASK, beats >> 7)))
_messages = st.one_of(_positions, st.sampled_from([bytes((status,)) for status in (
    midi.START, midi.CONTINUE, midi.STOP, midi.CLOCK, midi.CLOCK, 0xF6, 0xFE)]), st.just(bytes((0xB0, 7, 100))))


class AudioThread:
    """The kernels with a machine that follows MIDI; one message a block."""

    def __init__(self, machine: Machine) -> None:
        self._processor, self.frame = Processor(RATE, BLOCK), 0
        self._processor.push([self._processor.score(1, 0, machine, {})])
        self._block()
        self._processor.drain()

    def hear(self, message: bytes, port: int) -> list[tuple[int, int]]:
        """(kind, value) of every BEGIN and END that the message brings about."""
        memory = self._processor.memory
        memory["midi_in"][0] = (self.frame, port, int.from_bytes(message, "little"), len(message))
        memory["state"]["midi_incoming"] = 1
        self._block()
        return [(done.kind, done.value) for done in self._processor.drain() if done.kind in (BEGIN, END)]

    def _block(self) -> None:
        self._processor.process(np.zeros((BLOCK, 2), np.float32), self.frame)
        self.frame += BLOCK


@settings(max_examples=60)
@given(st.lists(st.tuples(_messages, st.integers(0, 1)), max_size=30))
def test_kernel_and_pure_transport_agree(messages: list[tuple[bytes, int]]) -> None:
    machine = apply(SetSongPosition(2, False), apply(SetClockSource(ClockSource.MIDI), empty_machine(RATE), 0), 0)
    thread, transport, playing, resting, began = AudioThread(machine), Transport(), False, 0, (0, 0)
    for message, port in messages:
        at_ticks = began[1] + (thread.frame - began[0]) // 25 if playing else resting
        done = thread.hear(message, port)
        match transport.hear(message, at_ticks, playing, obeys_position=port == 0):
            case Begin(ticks):
                assert done == [(BEGIN, ticks)]
                playing, began = True, (thread.frame - BLOCK, max(0, ticks))
            case End() if playing:
                ((kind, _),) = done
                assert kind == END
                playing, resting = False, at_ticks
            case _:
                assert done == []


def test_both_mean_the_same_by_the_start_of_the_song() -> None:
    assert midi_in.SONG_START == SONG_START


def test_continue_without_a_position_goes_on_at_the_sixteenth_where_the_song_rests() -> None:
    transport = Transport()
    assert transport.hear(b"\xfb", 1000, False, True) is None
    assert transport.hear(b"\xf8", 9999, False, True) == Begin(960)
    transport.hear(b"\xfb", RESTING, False, True)
    assert transport.hear(b"\xf8", 0, False, True) == Begin(RESTING)


def test_a_position_counts_once_and_not_where_it_is_ignored() -> None:
    transport = Transport()
    transport.hear(bytes((0xF2, 16, 0)), 0, False, False)
    transport.hear(bytes((0xF2, 4, 1)), 0, False, True)
    transport.hear(b"\xfb", 0, False, True)
    assert transport.hear(b"\xf8", 0, False, True) == Begin((4 + 128) * 240)
    transport.hear(b"\xfb", 480, False, True)
    assert transport.hear(b"\xf8", 480, False, True) == Begin(480)


def test_a_position_moves_a_song_that_plays_and_a_bare_continue_does_not() -> None:
    transport = Transport()
    transport.hear(bytes((0xF2, 0, 0)), 6720, True, True)
    assert transport.hear(b"\xf8", 6720, True, True) == Begin(0)
    transport.hear(b"\xfb", 480, True, True)
    assert transport.hear(b"\xf8", 520, True, True) is None
    transport.hear(bytes((0xF2, 4, 0)), 955, True, True)
    assert transport.hear(b"\xf8", 955, True, True) is None, "it is there already"
