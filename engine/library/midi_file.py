"""A pattern as a Standard MIDI File: type 1, 960 PPQN, General MIDI drum notes on channel 10."""

from collections.abc import Mapping
from pathlib import Path

import mido

from engine.core.groove import sounds_on_pass, step_onset_ticks, stroke_ticks
from engine.core.kit import gm_note
from engine.core.pattern import Pattern, Track
from engine.core.timeline import PPQN

DRUM_CHANNEL = 9


def write_midi(path: Path, pattern: Pattern, bpm: float, notes: Mapping[str, int]) -> None:
    """Write one pass of the pattern, swing, microtiming and ratchets as ticks. notes: MIDI note by track; a
    track without one gets its General MIDI note. Raises OSError when the file cannot be written."""
    midi_file(pattern, bpm, notes).save(path)


def midi_file(pattern: Pattern, bpm: float, notes: Mapping[str, int]) -> mido.MidiFile:
    """One pass of the pattern: a tempo track, then one track for each drum."""
    file = mido.MidiFile(type=1, ticks_per_beat=PPQN)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm), time=0))
    head.append(mido.MetaMessage("time_signature", numerator=pattern.beats_per_bar, denominator=4, time=0))
    head.append(mido.MetaMessage("end_of_track", time=pattern.beats * PPQN))
    file.tracks.append(head)
    for track in pattern.tracks:
        note = notes.get(track.name, gm_note(track.name))
        file.tracks.append(_drum_track(pattern, track, note))
    return file


def strokes(pattern: Pattern, track: Track) -> list[tuple[int, int, float]]:
    """(tick, length in ticks, velocity) of every hit in one pass, by tick; a hit that microtiming puts
    before the start goes to the end, where the loop meets it."""
    end = pattern.beats * PPQN
    found: dict[int, tuple[int, float]] = {}
    for grid_index in range(pattern.beats * track.steps_per_beat):
        step = track.steps[grid_index % len(track.steps)]
        onset = step_onset_ticks(pattern, track, grid_index)
        if step is None or onset is None or not sounds_on_pass(step, grid_index // len(track.steps)):
            continue
        for tick in stroke_ticks(step, onset, track.step_ticks):
            found[tick % end] = (track.step_ticks // step.ratchet, step.velocity)
    ticks = sorted(found)
    until = [*ticks, end][1:]
    return [(tick, min(found[tick][0], following - tick), found[tick][1])
            for tick, following in zip(ticks, until, strict=True)]


def _drum_track(pattern: Pattern, track: Track, note: int) -> mido.MidiTrack:
    events = []
    for tick, length, velocity in strokes(pattern, track):
        loud = max(1, min(127, round(127 * velocity)))
        events.append((tick, 1, mido.Message("note_on", channel=DRUM_CHANNEL, note=note, velocity=loud)))
        events.append((tick + length, 0, mido.Message("note_off", channel=DRUM_CHANNEL, note=note)))
    written = mido.MidiTrack([mido.MetaMessage("track_name", name=track.name, time=0)])
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        written.append(message.copy(time=tick - now))
        now = tick
    written.append(mido.MetaMessage("end_of_track", time=pattern.beats * PPQN - now))
    return written
