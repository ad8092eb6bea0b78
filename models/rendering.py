"""The kit played by the pattern, as a loop: what the engine plays once it goes round, in NumPy."""

from collections.abc import Mapping

import numpy as np

from engine.core.groove import sounds_on_pass, step_onset_ticks, stroke_ticks
from engine.core.kit import Kit, OneShot
from engine.core.pattern import Pattern, Track
from engine.core.timeline import Timeline
from models.plugins import Audio, Stems

CHOKE_S = 0.002


def render_tracks(kit: Kit, pattern: Pattern, samples: Mapping[str, Audio], frames: int,
                  sample_rate: int) -> Stems:
    """One stem per track, (2, frames) float32, of `pattern.beats` beats that last `frames`.

    samples: (2, frames) by id. Tails wrap round the end; a voice of a choke group ends within 2 ms of
    the next one of its group. Pitch, pan and envelope are left to the engine: a decomposed kit has none.
    Probability is left out, and of conditions the first pass is played.
    """
    timeline = Timeline(60.0 * pattern.beats * sample_rate / frames, sample_rate)
    strokes = {track.name: track_strokes(pattern, track, timeline, frames) for track in pattern.tracks}
    groups: dict[int, list[int]] = {}
    for name, shot in kit.one_shots.items():
        if shot.choke_group is not None:
            groups.setdefault(shot.choke_group, []).extend(frame for frame, _ in strokes.get(name, []))
    stems = {}
    for track in pattern.tracks:
        played = kit.one_shots.get(track.name)
        if played is not None:
            others = [] if played.choke_group is None else groups[played.choke_group]
            stems[track.name] = _rendered(strokes[track.name], played, samples[played.sample], others, frames,
                                          sample_rate)
    return stems


def track_strokes(pattern: Pattern, track: Track, timeline: Timeline, frames: int) -> list[tuple[int, float]]:
    """(frame within the loop, velocity) of every stroke of a track in `pattern.beats` beats."""
    found = []
    for grid_index in range(pattern.beats * track.steps_per_beat):
        onset = step_onset_ticks(pattern, track, grid_index)
        step = track.steps[grid_index % len(track.steps)]
        if onset is not None and step is not None and sounds_on_pass(step, grid_index // len(track.steps)):
            found += [(timeline.frames_at(tick) % frames, step.velocity)
                      for tick in stroke_ticks(step, onset, track.step_ticks)]
    return found


def mix(stems: Stems, frames: int) -> Audio:
    """The stems' sum, (2, frames) float32; silence when there are none."""
    whole = np.zeros((2, frames), np.float32)
    for stem in stems.values():
        whole += stem
    return whole


def _rendered(strokes: list[tuple[int, float]], shot: OneShot, sample: Audio, choking: list[int], frames: int,
              sample_rate: int) -> Audio:
    out = np.zeros((2, frames), np.float64)
    for frame, velocity in strokes:
        voice = sample * (shot.gain * velocity)
        gaps = [(other - frame) % frames for other in choking if other != frame]
        if gaps:
            voice = choked(voice, min(gaps), sample_rate)
        add_circular(out, voice, frame)
    return out.astype(np.float32)


def choked(voice: Audio, after: int, sample_rate: int) -> Audio:
    """The voice (channels, frames) faded to nothing in 2 ms from frame `after` on."""
    fade = round(CHOKE_S * sample_rate)
    short = voice[:, : after + fade].copy()
    rest = short.shape[1] - after
    if rest > 0:
        short[:, after:] *= 1.0 - np.arange(1, rest + 1) / fade
    return short


def add_circular(out: Audio, voice: Audio, frame: int) -> None:
    """Add voice (channels, any) into out (channels, frames) from `frame` on, round and round the end."""
    frames, done = out.shape[1], 0
    while done < voice.shape[1]:
        at = (frame + done) % frames
        part = min(frames - at, voice.shape[1] - done)
        out[:, at : at + part] += voice[:, done : done + part]
        done += part
