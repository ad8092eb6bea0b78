from pathlib import Path

import mido
from hypothesis import given, settings

from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from engine.library.midi_file import DRUM_CHANNEL, midi_file, write_midi
from engine.library.strokes import passes_needed
from tests.strategies import patterns


def notes(file: mido.MidiFile) -> list[tuple[int, int, int]]:
    """(tick, note, velocity) of every note on."""
    found = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on":
                assert message.channel == DRUM_CHANNEL
                found.append((now, message.note, message.velocity))
    return sorted(found)


def test_swing_microtiming_and_ratchets_become_ticks(tmp_path):
    steps = (Step(1.0), Step(0.5), None, Step(0.25, Ticks(-30), ratchet=2))
    pattern = Pattern((Track("kick", steps),), 1, swing=0.6)
    write_midi(tmp_path / "pattern.mid", pattern, 100.0, {})
    file = mido.MidiFile(tmp_path / "pattern.mid")
    assert (file.type, file.ticks_per_beat) == (1, 960)
    assert notes(file) == [(0, 36, 127), (288, 36, 64), (738, 36, 32), (858, 36, 32)]
    tempi = [message.tempo for message in file.tracks[0] if message.type == "set_tempo"]
    assert tempi == [600000]


def test_a_tracks_own_note_wins():
    pattern = Pattern((Track("cowbell", (Step(1.0),)),), 1)
    assert notes(midi_file(pattern, 120.0, {"cowbell": 56}))[0][1] == 56


@settings(max_examples=60, deadline=None)
@given(patterns())
def test_every_note_ends_before_the_next_and_before_the_loop(pattern):
    file = midi_file(pattern, 120.0, {})
    for track in file.tracks:
        now, sounding = 0, False
        for message in track:
            assert message.time >= 0
            now += message.time
            if message.type in ("note_on", "note_off"):
                assert sounding == (message.type == "note_off")
                sounding = not sounding
        assert not sounding
        assert now == passes_needed(pattern) * pattern.ticks


def test_the_slowest_loop_has_the_slowest_tempo_that_a_file_can_say(tmp_path: Path) -> None:
    write_midi(tmp_path / "a.mid", Pattern((Track("kick", (Step(),)),), 1), 0.2, {})
    head = mido.MidiFile(tmp_path / "a.mid").tracks[0]
    assert [message.tempo for message in head if message.type == "set_tempo"] == [(1 << 24) - 1]
