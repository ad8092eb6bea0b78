"""What plays now, as it sounds, for other programs: the kit as you swapped and shaped it, the pattern as you edited it,
the loop at this tempo. Resampling takes a while: not for the control thread."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.core.kit import Kit, OneShot, SampleId
from engine.core.loop import Audio, PlayedLoop
from engine.core.machine import Machine
from engine.core.timeline import PPQN
from engine.library.importers.roles import with_tracks_for
from engine.library.kits.decomposition import HeardOnset, Source, StoredDecomposition
from engine.library.kits.live_kit import NO_AUDIO, exact
from engine.library.mixdown import mixdown
from engine.library.resampling import resampled
from engine.library.strokes import all_strokes

_SILENCE = "silence"


def as_it_sounds(machine: Machine, samples: Mapping[SampleId, Audio]) -> StoredDecomposition:
    """The machine's kit, pattern and loop. samples: all that they name, (frames, 2) at the machine's sample rate.

    The loop is the recording from its downbeat on, resampled to the tempo of the moment, if it is as long as the
    pattern; else it is the pattern played by the kit. One-shots that no track has get an empty track, as far as there
    is room, because a kit folder lists sounds by track.
    """
    bpm, rate = machine.steady_bpm, machine.timeline.sample_rate
    kit, found = exact(machine.kit, samples)
    pattern = with_tracks_for(machine.kit, machine.pattern)
    loop = machine.loop
    stored = StoredDecomposition(bpm, rate, kit, pattern, found, NO_AUDIO,
                                 source=Source(kit.name if loop is None else loop.name))
    if loop is not None and loop.beats == pattern.beats:
        residual = None if loop.residual is None else _at_tempo(loop, samples[loop.residual], bpm, rate)
        return replace(stored, loop=_at_tempo(loop, samples[loop.sample], bpm, rate), residual=residual)
    end, played = all_strokes(stored)
    return replace(stored, loop=mixdown(kit, found, rate, played, min(end, pattern.ticks), bpm))


def with_stems(stored: StoredDecomposition) -> StoredDecomposition:
    """The same with a stem of each track: what the kit plays on it in the first pass, cut short by the others as it is
    in the mix."""
    end, played = all_strokes(stored)
    quiet = {name: f"{number} quiet" for number, (name, shot) in enumerate(stored.kit.one_shots.items())
             if shot.choke_group is not None}
    kit = Kit(stored.kit.name, {**stored.kit.one_shots, **{
        other: OneShot(_SILENCE, 1, choke_group=stored.kit.one_shots[name].choke_group)
        for name, other in quiet.items()}})
    samples = {**stored.samples, _SILENCE: NO_AUDIO}

    def alone(name: str) -> Audio:
        strokes = {track: found if track == name else
                   [replace(stroke, sound=quiet[stroke.sound], step=None) for stroke in found if stroke.sound in quiet]
                   for track, found in played.items()}
        return mixdown(kit, samples, stored.sample_rate, strokes, min(end, stored.pattern.ticks), stored.tempo_bpm)

    return replace(stored, stems={name: alone(name) for name, found in played.items() if found})


def with_heard_hits(stored: StoredDecomposition, loop: PlayedLoop, kept: StoredDecomposition) -> StoredDecomposition:
    """The same with the hits of the loop as they were heard, from the kit that was kept of it, at this tempo."""
    beats_per_s = loop.beats * kept.sample_rate / len(kept.loop)

    def moved(onset: HeardOnset) -> HeardOnset:
        beat = (onset.time_s * beats_per_s - loop.downbeat_ticks / PPQN) % loop.beats
        return replace(onset, time_s=beat * 60.0 / stored.tempo_bpm)

    names = {track.name for track in stored.pattern.tracks}
    return replace(stored, onsets={name: tuple(moved(onset) for onset in onsets)
                                   for name, onsets in kept.onsets.items() if name in names})


def _at_tempo(loop: PlayedLoop, audio: Audio, bpm: float, sample_rate: int) -> Audio:
    """A recording of the loop from its downbeat on, at this tempo. Less than a frame of difference is left alone, as
    the engine does."""
    first = round(loop.downbeat_ticks * loop.frames / (loop.beats * PPQN))
    turned = np.roll(audio[: loop.frames], -first, axis=0)
    wanted = round(loop.beats * 60.0 * sample_rate / bpm)
    return turned if abs(wanted - loop.frames) <= 1 else resampled(turned, loop.frames, wanted, circular=True, axis=0)
