import mido
from hypothesis import given, settings

from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from engine.library.midi_file import DRUM_CHANNEL, midi_file, strokes, write_midi
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


def test_what_comes_before_the_start_comes_at_the_end():
    pattern = Pattern((Track("snare", (Step(1.0, Ticks(-20)), None, None, None)),), 1)
    assert strokes(pattern, pattern.tracks[0])[0][:2] == (940, 20)


def test_the_strokes_of_a_ratchet_share_the_length_of_their_step():
    pattern = Pattern((Track("snare", (Step(1.0, ratchet=3), None, None, None)),), 1)
    assert strokes(pattern, pattern.tracks[0]) == [(0, 80, 1.0), (80, 80, 1.0), (160, 80, 1.0)]


def test_a_short_track_goes_round_until_the_pattern_ends():
    pattern = Pattern((Track("hihat", (Step(1.0), None, None)),), 2)
    assert [tick for tick, _, _ in strokes(pattern, pattern.tracks[0])] == [0, 720, 1440]


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
        assert now == pattern.beats * 960
