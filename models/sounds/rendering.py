"""Render a kit played by its pattern as a circular loop, in NumPy: what the engine plays from the second pass on."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.core.groove import sounds_on_pass, step_onset_ticks, stroke_ticks
from engine.core.kit import Kit, Layer, OneShot
from engine.core.pattern import Pattern, Track
from engine.core.timeline import Timeline
from models.plugins import Audio, Stems

CHOKE_S = 0.002


def render_tracks(kit: Kit, pattern: Pattern, samples: Mapping[str, Audio], frames: int,
                  sample_rate: int) -> Stems:
    """One stem per track, (2, frames) float32, of a pattern whose beats last `frames` in all.

    samples: (2, frames) by id. Tails wrap round the end; a voice of a choke group ends within 2 ms of the next one of
    its group. Round robins take turns as on the engine's first pass. Pitch, pan and envelope are ignored, as a
    decomposed kit has none. Steps sound whatever their probability; conditions are those of the first pass.
    """
    timeline = Timeline(60.0 * pattern.beats * sample_rate / frames, sample_rate)
    strokes = {track.name: track_strokes(pattern, track, kit.one_shots[track.name], timeline, frames)
               for track in pattern.tracks if track.name in kit.one_shots}
    groups: dict[int, list[int]] = {}
    for name, played in strokes.items():
        group = kit.one_shots[name].choke_group
        if group is not None:
            groups.setdefault(group, []).extend(stroke.frame for stroke in played)
    stems = {}
    for name, played in strokes.items():
        group = kit.one_shots[name].choke_group
        others = [] if group is None else groups[group]
        stems[name] = _rendered(played, samples, others, frames, sample_rate)
    return stems


class Stroke(NamedTuple):
    """A hit of the kit: its frame in the loop, its recording, and its linear gain."""

    frame: int
    recording: Layer
    gain: float


def track_strokes(pattern: Pattern, track: Track, shot: OneShot, timeline: Timeline, frames: int) -> list[Stroke]:
    """Every stroke of a track within the beats of the pattern."""
    choices = [() if step is None else shot.recordings(step.velocity) for step in track.steps]
    ranks, strokes = [], Counter[tuple[Layer, ...]]()
    for step, choice in zip(track.steps, choices, strict=True):
        ranks.append(strokes[choice])
        strokes[choice] += 0 if step is None else step.ratchet
    found = []
    for grid_index in range(pattern.ticks // track.step_ticks):
        onset = step_onset_ticks(pattern, track, grid_index)
        past, place = divmod(grid_index, len(track.steps))
        step, choice = track.steps[place], choices[place]
        if onset is not None and step is not None and sounds_on_pass(step, past):
            for stroke, tick in enumerate(stroke_ticks(step, onset, track.step_ticks)):
                turn = past * strokes[choice] + ranks[place] + stroke
                recording = choice[turn % len(choice)]
                found.append(Stroke(timeline.frames_at(tick) % frames, recording,
                                    shot.gain * recording.gain * step.velocity))
    return found


def mix(stems: Stems, frames: int) -> Audio:
    """The sum of the stems, (2, frames) float32; silence when there are none."""
    whole = np.zeros((2, frames), np.float32)
    for stem in stems.values():
        whole += stem
    return whole


def _rendered(strokes: list[Stroke], samples: Mapping[str, Audio], choking: list[int], frames: int,
              sample_rate: int) -> Audio:
    out = np.zeros((2, frames), np.float64)
    for stroke in strokes:
        voice = samples[stroke.recording.sample] * stroke.gain
        gaps = [(other - stroke.frame) % frames for other in choking if other != stroke.frame]
        if gaps:
            voice = choked(voice, min(gaps), sample_rate)
        add_circular(out, voice, stroke.frame)
    return out.astype(np.float32)


def choked(voice: Audio, after: int, sample_rate: int) -> Audio:
    """The voice (channels, frames) faded to silence within 2 ms from frame `after` on."""
    fade = round(CHOKE_S * sample_rate)
    short = voice[:, : after + fade].copy()
    rest = short.shape[1] - after
    if rest > 0:
        short[:, after:] *= 1.0 - np.arange(1, rest + 1) / fade
    return short


def add_circular(out: Audio, voice: Audio, frame: int) -> None:
    """Add voice (channels, any) to the circular buffer out (channels, frames), from `frame` on."""
    frames, done = out.shape[1], 0
    while done < voice.shape[1]:
        at = (frame + done) % frames
        part = min(frames - at, voice.shape[1] - done)
        out[:, at : at + part] += voice[:, done : done + part]
        done += part
