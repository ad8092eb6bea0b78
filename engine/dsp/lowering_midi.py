"""A Machine's MIDI, lowered to its score."""

import math

import numpy as np

from engine.core.machine import Machine
from engine.core.pattern import Pattern
from engine.dsp.midi_in import FOLLOWS, OBEYS_POSITION

START_GAP_S = 0.001  # some receivers miss a clock that comes with Start
NOTE_S = 0.05


def lower_midi(score: np.void, machine: Machine) -> None:
    """Write what `machine` sends and obeys into `score`. Routes and pads of tracks it does not have are silent."""
    midi, rate = machine.midi, machine.timeline.sample_rate
    for output, clock in enumerate(midi.clocks):
        row = score["clocks"][output]
        row["on"], row["runs_stopped"] = clock.on, clock.runs_stopped
        row["offset"] = math.floor(clock.offset_ms * rate / 1000.0 + 0.5)
        row["gap"] = max(1, round(START_GAP_S * rate))
    routes, places = score["tracks"]["route"], _places(machine.pattern)
    routes["output"], routes["silent"] = -1, 0
    for name, route in midi.routes.items():
        if name in places:
            row = routes[places[name]]
            row["output"], row["channel"], row["note"] = route.output - 1, route.channel - 1, route.note
            row["silent"], row["frames"] = not route.sounds, round(NOTE_S * rate)
    score["pad_tracks"] = 0
    for note, name in midi.pads.items():
        score["pad_tracks"][note] = places.get(name, -1) + 1
    obeyed = sum(OBEYS_POSITION << input_ for input_, obeys in enumerate(midi.song_position) if obeys)
    score["follow"] = FOLLOWS | obeyed if midi.follows_transport else 0
    score["resting_ticks"] = machine.resting_ticks


def _places(pattern: Pattern) -> dict[str, int]:
    return {track.name: index for index, track in enumerate(pattern.tracks)}
