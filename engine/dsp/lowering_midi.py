"""A Machine's MIDI lowered to the arrays of its score slot."""

import math

from engine.core.machine import Machine
from engine.core.pattern import Pattern
from engine.dsp import midi_clock as k
from engine.dsp import midi_out as m
from engine.dsp import sequencer as q
from engine.dsp.layout import Memory
from engine.dsp.midi_in import FOLLOWS, OBEYS_POSITION

START_GAP_S = 0.001  # some receivers miss a clock that comes with Start
NOTE_S = 0.05


def lower_midi(memory: Memory, slot: int, machine: Machine) -> None:
    """Write what `machine` sends and obeys into score `slot`. Routes and pads of tracks it has not are silent."""
    midi, rate = machine.midi, machine.timeline.sample_rate
    for output, clock in enumerate(midi.clocks):
        memory.clock_ints[slot, output] = (clock.on, math.floor(clock.offset_ms * rate / 1000.0 + 0.5),
                                           clock.runs_stopped, max(1, round(START_GAP_S * rate)))
    memory.route_ints[slot] = 0
    memory.route_ints[slot, :, m.R_OUTPUT] = -1
    places = _places(machine.pattern)
    for name, route in midi.routes.items():
        if name in places:
            words = (route.output - 1, route.channel - 1, route.note, not route.sounds, round(NOTE_S * rate))
            memory.route_ints[slot, places[name], : len(words)] = words
    memory.pad_tracks[slot] = 0
    for note, name in midi.pads.items():
        memory.pad_tracks[slot, note] = places.get(name, -1) + 1
    obeyed = sum(OBEYS_POSITION << input_ for input_, obeys in enumerate(midi.song_position) if obeys)
    memory.score_ints[slot, q.S_FOLLOW] = FOLLOWS | obeyed if midi.follows_transport else 0
    memory.score_ints[slot, q.S_RESTING] = machine.resting_ticks


def _places(pattern: Pattern) -> dict[str, int]:
    return {track.name: index for index, track in enumerate(pattern.tracks)}


assert k.K_GAP == 3
