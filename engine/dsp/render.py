"""render_block: the one function that every backend calls. Commands in, sequencer, voices, decks, mix out.

Within a block everything happens on its own frame: the block is cut at each command and each stroke, so voices
start and end in the same order, and sums are the same to the bit, at any block size.
"""

from numba import types

from engine.dsp.controls import CONTROLS, KIT
from engine.dsp.deck import mix_decks, take_decks
from engine.dsp.effects.song_effects import cut_tails, duck, perform, take_effects
from engine.dsp.kernel import inner
from engine.dsp.layout import (
    BAD_VALUES,
    CAPTURED,
    DROPPED,
    EXPECTED,
    MEMORY,
    MIDI_HEARING,
    NEWEST,
    PENDING_COUNT,
    PLAYING,
    POSITION,
    SEQUENCE,
    SLOT,
    SOUNDING,
    STARTED,
    VOICES,
    WORDS,
    memory_at,
)
from engine.dsp.midi_clock import send_clocks
from engine.dsp.midi_in import begin, hear_event, hit, rest
from engine.dsp.midi_out import FRAME, R_OUTPUT, R_SILENT, play_note, send_due, silence_outputs
from engine.dsp.mixing import aim, measure, mix_kit, write_controls
from engine.dsp.pending import next_command, take_commands
from engine.dsp.ring import (
    AT_FRAME,
    BEGIN,
    CUTS,
    END,
    HIT,
    JUMP,
    KIND,
    PAD,
    PANIC,
    RECORD_SEQUENCE,
    SCORE,
    VALUE,
    VELOCITY,
    VELOCITY_UNIT,
    capture_block,
    tell,
)
from engine.dsp.sampler import (
    ACTIVE,
    NO_SOUND,
    T_STRUCK,
    override,
    strike,
    strike_pad,
)
from engine.dsp.sequencer import CUTOFF as STEP_CUTOFF
from engine.dsp.sequencer import DECAY as STEP_DECAY
from engine.dsp.sequencer import INCREMENT as STEP_INCREMENT
from engine.dsp.sequencer import (
    S_CONTROLS,
    S_GATES,
    S_KIT_GAIN,
    S_PLAYING,
    STRETCH_FRAMES,
    due_events,
    is_one_song,
    owed_events,
    remember_strokes,
    ticks_at,
)
from engine.dsp.voices import age_voices, close_muted, mix_voices, release_all

INT = types.int64


@inner(types.void(MEMORY, INT, INT, INT))
def strike_event(memory, slot, event, frame):
    """Strike what `memory.events` has in place `event`, here and elsewhere, and remember for which grid slot."""
    due = memory.events[event]
    track, grid_tick, step, sound = due[1], due[2], due[3], due[4]
    if sound != NO_SOUND and memory.route_ints[slot, track, R_SILENT] == 0:
        strike(memory, slot, track, sound, memory.event_velocities[event], 0)
        floats = memory.step_floats[slot, track, step]
        override(memory, memory.state[NEWEST], floats[STEP_INCREMENT], floats[STEP_CUTOFF],
                 memory.step_ints[slot, track, step, STEP_DECAY])
    play_note(memory, slot, track, memory.event_velocities[event], frame)
    if sound != NO_SOUND or memory.route_ints[slot, track, R_OUTPUT] >= 0:
        ints = memory.track_ints[slot, track]
        ints[T_STRUCK] = max(ints[T_STRUCK], grid_tick)


@inner(types.void(MEMORY, INT, INT))
def take_score(memory, slot, frame):
    """Play by score `slot` from `frame` on."""
    before = memory.state[SLOT]
    memory.state[SLOT] = slot
    if is_one_song(memory, before, slot, frame):
        remember_strokes(memory, before, slot)
        for event in range(owed_events(memory, before, slot, frame)):
            strike_event(memory, slot, event, frame)
    if memory.score_ints[slot, S_GATES]:
        close_muted(memory, before, slot)
    floats = memory.score_floats[slot]
    aim(memory, KIT, floats[S_KIT_GAIN], frame)
    for control in range(CONTROLS):
        aim(memory, control, floats[S_CONTROLS + control], frame)
    take_decks(memory, slot, frame)
    take_effects(memory, before, slot, frame)


@inner(types.boolean(MEMORY, INT, INT, INT))
def happen(memory, kind, value, frame):
    """Repeat what MIDI did once; False for any other kind of command."""
    if kind == HIT:
        hit(memory, value, frame)
    elif kind == BEGIN:
        begin(memory, value, frame)
    elif kind == END:
        rest(memory, frame)
    return kind >= HIT


@inner(types.void(MEMORY, INT, INT))
def do_command(memory, index, frame):
    """Carry out pending command `index` at `frame`, tell of it, and close the gap it leaves."""
    record = memory.pending[index]
    kind, value = record[KIND], record[VALUE]
    if kind == SCORE:
        take_score(memory, value, frame)
        memory.state[SEQUENCE] = record[RECORD_SEQUENCE]
    elif kind == PAD:
        strike_pad(memory, value, record[VELOCITY] / VELOCITY_UNIT)
        play_note(memory, memory.state[SLOT], value, record[VELOCITY] / VELOCITY_UNIT, frame)
    elif kind == PANIC:
        release_all(memory)
        silence_outputs(memory, frame)
        if value == CUTS:
            cut_tails(memory, frame)
    if not happen(memory, kind, value, frame):
        tell(memory, kind, record[RECORD_SEQUENCE], frame, value)
    for later in range(index + 1, memory.state[PENDING_COUNT]):
        memory.pending[later - 1] = memory.pending[later]
    memory.state[PENDING_COUNT] -= 1


@inner(types.void(MEMORY, INT, INT, INT))
def sound(memory, frame, start, frames):
    """Let everything that sounds sound for `frames` frames, from engine frame `frame`, into mix[start:]."""
    if frames <= 0:
        return
    write_controls(memory, frame, start, frames)
    duck(memory, frame, start, frames)
    mix_voices(memory, start, frames)
    mix_decks(memory, frame, start, frames)
    mix_kit(memory, frame, start, frames)


@inner(types.void(MEMORY, INT, INT, INT))
def play(memory, frame, start, frames):
    """Sequence and sound one stretch without commands, at most STRETCH_FRAMES long."""
    slot = memory.state[SLOT]
    send_clocks(memory, frame, frame + frames)
    events = due_events(memory, slot, frame, frame + frames)
    at = frame
    for event in range(events):
        due = memory.events[event, 0]
        sound(memory, at, start + at - frame, due - at)
        strike_event(memory, slot, event, due)
        at = due
    sound(memory, at, start + at - frame, frame + frames - at)
    memory.state[BAD_VALUES] += perform(memory, frame, start, frames)


@inner(types.void(MEMORY, INT))
def follow_clock(memory, frame_time):
    """Be where the outside world is: after dropped blocks, voices are as old as if they had been heard."""
    state = memory.state
    if state[STARTED] == 0:
        state[CAPTURED] = frame_time  # what was before is not missing: nobody listened
    elif frame_time != state[EXPECTED]:
        gap = frame_time - state[EXPECTED]
        age_voices(memory, gap)
        state[DROPPED] += 1
        tell(memory, JUMP, state[SEQUENCE], state[EXPECTED], frame_time)
    state[STARTED] = 1
    state[EXPECTED] = frame_time


@inner(types.void(MEMORY, INT))
def publish_state(memory, end):
    """Leave behind what the block's end looks like."""
    state = memory.state
    slot = state[SLOT]
    state[EXPECTED] = end
    state[PLAYING] = memory.score_ints[slot, S_PLAYING]
    state[POSITION] = ticks_at(memory, slot, end) if state[PLAYING] else 0
    sounding = 0
    for voice in range(VOICES):
        sounding += memory.voice_ints[voice, ACTIVE]
    state[SOUNDING] = sounding


@inner(types.void(MEMORY, INT, INT))
def render_block(memory, frame_time, frames):
    """Render one block: `audio_in` is captured, `midi_in` heard; `mix`, `controls`, `midi_out` hold the result.
    Real-time: yes.

    frame_time: the device's frame count at the block's first frame; frames <= max_frames.
    """
    follow_clock(memory, frame_time)
    for i in range(frames):
        for channel in range(2):
            memory.mix[i, channel] = 0.0
            memory.kit_bus[i, channel] = 0.0
            memory.tap[i, channel] = 0.0
            memory.key_bus[i, channel] = 0.0
    memory.peaks[:] = 0.0
    capture_block(memory, frame_time, frames)
    take_commands(memory)
    at, end, heard = frame_time, frame_time + frames, 0
    while at < end:
        command = next_command(memory)
        while command >= 0 and memory.pending[command, AT_FRAME] <= at:
            do_command(memory, command, at)
            command = next_command(memory)
        while heard < memory.state[MIDI_HEARING] and memory.midi_in[heard, FRAME] <= at:
            hear_event(memory, heard, at)
            heard += 1
        until = min(end, at + STRETCH_FRAMES)
        if command >= 0:
            until = min(until, memory.pending[command, AT_FRAME])
        if heard < memory.state[MIDI_HEARING]:
            until = min(until, memory.midi_in[heard, FRAME])
        play(memory, at, at - frame_time, until - at)
        at = until
    measure(memory, frames)
    memory.state[MIDI_HEARING] = 0
    send_due(memory, frame_time, end)
    publish_state(memory, end)


@inner(types.void(WORDS, INT, INT))
def render_at(addresses, frame_time, frames):
    """`render_block` on the memory that a table of addresses describes, as a callback has it.

    Also the faster way from Python: arrays made from addresses cost no reference counting.
    """
    render_block(memory_at(addresses), frame_time, frames)
