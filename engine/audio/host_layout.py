"""The host table's words: what a callback must know, by their place in one int64 array. Addresses and counts."""

WORDS = 72
(MEMORY, MEMORY_WORDS, OUT, PAGE, TIMING, MAX_FRAMES, SAMPLE_RATE, EXPECTED, BLOCKS, FADE_AT, FADE_FRAMES,
 BAD_VALUES, ODD_BLOCKS, CLOCK, CLOCK_ID, TIMESPEC, RACK, RACK_SERVER, RACK_IN, RACK_OUT, CLIENT, GET_BUFFER,
 LAST_FRAME_TIME, RAW_TIME, STARTED, IN_LEFT, IN_RIGHT, OUT_LEFT, OUT_RIGHT, FRAME_PORT, INPUT_CHANNELS,
 BLOCK_START) = range(32)
MIDI_IN, MIDI_OUT = 48, 52  # so many words each as there are inputs and outputs
MIDI_CLEAR, MIDI_WRITE, MIDI_COUNT, MIDI_GET, MIDI_EVENT = range(56, 61)
BEGAN_FRAME, BEGAN_NS = 61, 62  # the newest block's first frame, and when the clock began to work it out
# recording: the click plan, the master's tape, the tap and its tape, the monitor (wanted 0 or 1; how far its ramp
# has come, in frames), and when the last block ended
(CLICKS, TAPE, TAPE_HEAD, TAPE_FRAMES, TAP, TAP_TAPE, TAP_HEAD, TAP_FRAMES, MONITOR, MONITOR_RAMP,
 LAST_NS) = range(33, 44)
# the rack and the limiter behind it
(RACK_BAD_VALUES, LIMITER, TAIL_FRAMES, NEUTRAL_FRAMES, OVER_BUDGET, SINCE_CUT) = range(64, 70)
# the timing page: how many cycles took so many microseconds, then how many were slow, then the newest of those
TIMING_BINS, SLOW_CYCLES = 20000, 512  # a slow one took half its block or more: when it ended, how long it took, in ns
SLOW_COUNT, SLOW_AT = TIMING_BINS, TIMING_BINS + 1
TIMING_WORDS = SLOW_AT + 2 * SLOW_CYCLES
NEVER = 1 << 62
