"""render_block: the one function that every backend calls. Commands in, sequencer, voices, decks, mix out.

Within a block everything happens on its own frame: the block is cut at each command and each stroke, so voices
start and end in the same order, and sums are the same to the bit, at any block size.
"""

from numba import carray, cfunc, types

from engine.dsp.atomics import pointer_to
from engine.dsp.controls import CONTROLS, KIT
from engine.dsp.deck import mix_decks, set_decks
from engine.dsp.effects.chain import cut_tails, perform, set_effects
from engine.dsp.effects.duck import write_duck
from engine.dsp.kernel import inner
from engine.dsp.layout import EVENT, MEMORY, MEMORY_DTYPE, SCORE, TRACKS, VOICES
from engine.dsp.midi_clock import send_clocks
from engine.dsp.midi_in import begin, hit, receive_event, rest
from engine.dsp.midi_out import play_note, send_due, silence_outputs
from engine.dsp.mixing import aim, measure, mix_kit, ramp_length, write_controls
from engine.dsp.ring import (
    BEGIN,
    CUTS,
    END,
    HIT,
    JUMP,
    PAD,
    PANIC,
    VELOCITY_UNIT,
    capture_block,
    drop_command,
    next_command,
    report,
    take_commands,
)
from engine.dsp.ring import SCORE as TAKES_SCORE
from engine.dsp.sequencer import STRETCH_FRAMES, due_events, is_one_song, owed_events, remember_triggers, ticks_at
from engine.dsp.transport import follow_transport
from engine.dsp.voices import (
    NO_SOUND,
    age_voices,
    close_muted,
    mix_voices,
    override,
    release_all,
    trigger,
    trigger_pad,
)

INT = types.int64


@inner(types.void(MEMORY, SCORE, EVENT, INT))
def trigger_event(memory, score, event, frame):
    """Trigger a stroke, here and elsewhere, and remember for which grid slot."""
    track = score.tracks[event.track]
    if event.sound != NO_SOUND and track.route.silent == 0:
        voice = trigger(memory, score, event.track, event.sound, event.velocity, 0)
        step = track.steps[event.step]
        override(voice, step.increment, step.cutoff, step.decay)
    play_note(memory, score, event.track, event.velocity, frame)
    if event.sound != NO_SOUND or track.route.output >= 0:
        track.triggered_tick = max(track.triggered_tick, event.grid_tick)


@inner(types.void(MEMORY, INT, INT))
def take_score(memory, slot, frame):
    """Play by score `slot` from `frame` on."""
    before, score = memory.scores[memory.state.slot], memory.scores[slot]
    memory.state.slot = slot
    if is_one_song(before, score, frame):
        remember_triggers(before, score)
        for event in range(owed_events(memory, before, score, frame)):
            trigger_event(memory, score, memory.events[event], frame)
    if score.gates:
        close_muted(memory, before, score)
    aim(memory.ramps[KIT], score.kit_gain, memory.state.ramp_frames, frame)
    for control in range(CONTROLS):
        length = ramp_length(memory.state.ramp_frames, control)
        aim(memory.ramps[control], score.controls[control], length, frame)
    set_decks(memory, score, frame)
    set_effects(memory, before, score, frame)


@inner(types.boolean(MEMORY, INT, INT, INT))
def repeat_midi(memory, kind, value, frame):
    """Repeat what MIDI did once, and report it; False for any other kind of command."""
    if kind == HIT:
        hit(memory, value, frame)
    elif kind == BEGIN:
        begin(memory, value, frame)
    elif kind == END:
        rest(memory, frame)
    return kind >= HIT


@inner(types.void(MEMORY, INT, INT))
def do_command(memory, index, frame):
    """Carry out pending command `index` at `frame`, report it, and remove it."""
    record = memory.pending[index]
    kind, value, sequence, velocity = record.kind, record.value, record.sequence, record.velocity / VELOCITY_UNIT
    if kind == TAKES_SCORE:
        take_score(memory, value, frame)
        memory.state.sequence = sequence
    elif kind == PAD:
        trigger_pad(memory, value, velocity)
        play_note(memory, memory.scores[memory.state.slot], value, velocity, frame)
    elif kind == PANIC:
        release_all(memory)
        silence_outputs(memory, frame)
        if value == CUTS:
            cut_tails(memory, frame)
    if not repeat_midi(memory, kind, value, frame):
        report(memory, kind, sequence, frame, value)
    drop_command(memory, index)


@inner(INT(MEMORY, INT))
def do_due(memory, frame):
    """Carry out what is due by `frame`; the index of the next pending command, -1 for none."""
    command = next_command(memory)
    while command >= 0 and memory.pending[command].frame <= frame:
        do_command(memory, command, frame)
        command = next_command(memory)
    return command


@inner(types.void(MEMORY, INT, INT, INT))
def sound(memory, frame, start, frames):
    """Let everything that sounds sound for `frames` frames, from engine frame `frame`, into mix[start:]."""
    if frames <= 0:
        return
    write_controls(memory, frame, start, frames)
    write_duck(memory, frame, start, frames)
    mix_voices(memory, start, frames)
    mix_decks(memory, frame, start, frames)
    mix_kit(memory, frame, start, frames)


@inner(types.void(MEMORY, INT, INT, INT))
def play(memory, frame, start, frames):
    """Sequence and sound one stretch without commands, at most STRETCH_FRAMES long."""
    score = memory.scores[memory.state.slot]
    send_clocks(memory, frame, frame + frames)
    events = due_events(memory, score, frame, frame + frames)
    at = frame
    for event in range(events + 1):
        until = memory.events[event].frame if event < events else frame + frames
        sound(memory, at, start + at - frame, until - at)
        if event < events:
            trigger_event(memory, score, memory.events[event], until)
        at = until
    perform(memory, frame, start, frames)


@inner(types.void(MEMORY, INT))
def follow_clock(memory, frame_time):
    """Catch up with the device after dropped blocks: voices age as if the blocks had been played."""
    state = memory.state
    if state.started == 0:
        memory.capture.written[0] = frame_time  # nothing was recorded before, so nothing is missing
    elif frame_time != state.expected:
        age_voices(memory, frame_time - state.expected)
        state.dropped += 1
        report(memory, JUMP, state.sequence, state.expected, frame_time)
    state.started = 1
    state.expected = frame_time


@inner(types.void(MEMORY, INT))
def publish_state(memory, end):
    """Leave behind what the block's end looks like."""
    state, score = memory.state, memory.scores[memory.state.slot]
    state.expected = end
    state.playing = score.playing
    state.position_ticks = ticks_at(score, end) if score.playing else 0
    sounding = 0
    for voice in range(VOICES):
        sounding += memory.voices[voice].active
    state.sounding = sounding


@inner(types.void(MEMORY, INT))
def clear_buses(memory, frames):
    """Begin a block of silence."""
    for i in range(frames):
        for channel in range(2):
            memory.mix[i, channel] = 0.0
            memory.kit_bus[i, channel] = 0.0
            memory.tap[i, channel] = 0.0
            memory.kick_bus[i, channel] = 0.0
    for track in range(TRACKS):
        memory.track_peaks[track] = 0.0


@inner(types.void(MEMORY, INT, INT))
def render_block(memory, frame_time, frames):
    """Render one block: `audio_in` and `midi_in` are taken in; `mix`, `controls`, `midi_out` hold the result.
    Real-time: yes.

    frame_time: the device's frame count at the block's first frame; frames <= MAX_FRAMES.
    """
    follow_clock(memory, frame_time)
    clear_buses(memory, frames)
    capture_block(memory, frame_time, frames)
    take_commands(memory)
    state, at, end, received = memory.state, frame_time, frame_time + frames, 0
    do_due(memory, frame_time)
    follow_transport(memory, frame_time, frames)
    while at < end:
        command = do_due(memory, at)
        while received < state.midi_incoming and memory.midi_in[received].frame <= at:
            receive_event(memory, received, at)
            received += 1
        until = min(end, at + STRETCH_FRAMES)
        if command >= 0:
            until = min(until, memory.pending[command].frame)
        if received < state.midi_incoming:
            until = min(until, memory.midi_in[received].frame)
        play(memory, at, at - frame_time, until - at)
        at = until
    measure(memory, frames)
    state.midi_incoming = 0
    send_due(memory, frame_time, end)
    publish_state(memory, end)


@cfunc(types.int64(INT, INT, INT), cache=True)
def render(address, frame_time, frames):
    """`render_block` on the memory at `address`, as a C function: compiled once, called from Python and by every
    callback."""
    render_block(carray(pointer_to(address), (1,), MEMORY_DTYPE)[0], frame_time, frames)
    return 0
