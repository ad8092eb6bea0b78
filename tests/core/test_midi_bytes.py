"""The table of the MIDI standard."""

from engine.core import midi_bytes


def test_a_channel_message_means_the_same_on_every_channel():
    assert {midi_bytes.kind_of(midi_bytes.NOTE_ON | channel) for channel in range(16)} == {midi_bytes.NOTE_ON}
    assert midi_bytes.kind_of(midi_bytes.STOP) == midi_bytes.STOP


def test_clocks_and_sixteenths_divide_a_beat_exactly():
    assert midi_bytes.CLOCK_TICKS * midi_bytes.CLOCKS_PER_BEAT == midi_bytes.SIXTEENTH_TICKS * 4
    assert midi_bytes.CLOCKS_PER_SIXTEENTH * midi_bytes.CLOCK_TICKS == midi_bytes.SIXTEENTH_TICKS
