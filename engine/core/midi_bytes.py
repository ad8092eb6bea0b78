"""The MIDI 1.0 standard, once, as a table: status bytes, controllers, and how clocks divide a beat.

Plain integers, so that kernels can import them. `kind_of` tells channel messages (NOTE_ON 0x90..0x9F) from system
messages (CLOCK 0xF8).
"""

from engine.core.timeline import PPQN

# channel messages: the low four bits hold the channel
NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
# system messages: the whole byte
SONG_POSITION = 0xF2
CLOCK, START, CONTINUE, STOP = 0xF8, 0xFA, 0xFB, 0xFC
FIRST_SYSTEM, FIRST_REALTIME = 0xF0, 0xF8

# controllers of CONTROL_CHANGE
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123

DATA_MASK = 0x7F  # of a data byte: seven bits
KIND_MASK = 0xF0  # of a channel message's status byte

CLOCKS_PER_BEAT = 24
CLOCKS_PER_SIXTEENTH = CLOCKS_PER_BEAT // 4  # Song Position counts sixteenths
CLOCK_TICKS = PPQN // CLOCKS_PER_BEAT
SIXTEENTH_TICKS = PPQN // 4
ALREADY_THERE_TICKS = CLOCK_TICKS // 2  # a Song Position so close to where the song plays moves nothing
SONG_POSITIONS = 1 << 14  # a Song Position is one of so many: two data bytes


def kind_of(status: int) -> int:
    """What a status byte means: its channel is left out."""
    return status if status >= FIRST_SYSTEM else status & KIND_MASK
