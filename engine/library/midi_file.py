"""Patterns as Standard MIDI Files: type 1, 960 PPQN, General MIDI drum notes on channel 10."""

from collections.abc import Mapping
from pathlib import Path

import mido

from engine.core.kit import gm_note
from engine.core.pattern import Pattern
from engine.core.time_signature import TimeSignature
from engine.core.timeline import PPQN
from engine.library.strokes import Stroke, passes_needed, ruled_strokes

DRUM_CHANNEL = 9
SLOWEST_TEMPO = (1 << 24) - 1  # microseconds a quarter note, in three bytes


def write_midi(path: Path, pattern: Pattern, bpm: float, notes: Mapping[str, int]) -> None:
    """Write the pattern in as many passes as it takes to come round, see `strokes`. notes: MIDI note by one-shot; one
    without gets its General MIDI note. Raises OSError when the file cannot be written."""
    midi_file(pattern, bpm, notes).save(path)


def midi_file(pattern: Pattern, bpm: float, notes: Mapping[str, int]) -> mido.MidiFile:
    """All passes of the pattern: a tempo track, then one track for each drum."""
    passes = passes_needed(pattern)
    played = {track.name: ruled_strokes(pattern, track, passes) for track in pattern.tracks}
    return midi_file_of(played, passes * pattern.ticks, bpm, pattern.time_signature, notes)


def midi_file_of(played: Mapping[str, list[Stroke]], end: int, bpm: float, meter: TimeSignature,
                 notes: Mapping[str, int]) -> mido.MidiFile:
    """The strokes of each track, by name, in a file that lasts `end` ticks."""
    file = mido.MidiFile(type=1, ticks_per_beat=PPQN)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=min(SLOWEST_TEMPO, mido.bpm2tempo(bpm)), time=0))
    head.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1], time=0))
    head.append(mido.MetaMessage("end_of_track", time=end))
    file.tracks.append(head)
    for name, strokes in played.items():
        file.tracks.append(_drum_track(name, strokes, end, notes))
    return file


def midi_velocity(velocity: float) -> int:
    """A velocity (0..1] as MIDI's 1..127."""
    return max(1, min(127, round(127 * velocity)))


def _drum_track(name: str, strokes: list[Stroke], end: int, notes: Mapping[str, int]) -> mido.MidiTrack:
    events = []
    for stroke in strokes:
        note = notes.get(stroke.sound, gm_note(stroke.sound))
        loud = midi_velocity(stroke.velocity)
        events.append((stroke.tick, 1, mido.Message("note_on", channel=DRUM_CHANNEL, note=note, velocity=loud)))
        events.append((stroke.tick + stroke.length, 0, mido.Message("note_off", channel=DRUM_CHANNEL, note=note)))
    written = mido.MidiTrack([mido.MetaMessage("track_name", name=name, time=0)])
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        written.append(message.copy(time=tick - now))
        now = tick
    written.append(mido.MetaMessage("end_of_track", time=end - now))
    return written
