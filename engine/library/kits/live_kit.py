"""A kit as it is played now, and as the decomposition that is written to a folder."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.core.kit import Kit, OneShot, SampleId, sample_id
from engine.core.loop import Audio, PlayedLoop
from engine.core.machine import Machine
from engine.core.pattern import Pattern
from engine.core.timeline import PPQN
from engine.library.kits.decomposition import AsPlayed, HeardOnset, Source, StoredDecomposition
from engine.library.mixdown import mixdown
from engine.library.resampling import resampled
from engine.library.strokes import all_strokes

NO_AUDIO = np.zeros((1, 2), np.float32)


@dataclass(frozen=True, slots=True)
class LiveKit:
    """What of a machine is saved as a kit: sounds, the pattern of every slot, the recording, the tempo."""

    kit: Kit
    patterns: tuple[Pattern | None, ...]
    slot: int
    loop: PlayedLoop | None
    bpm: float

    @classmethod
    def of(cls, machine: Machine) -> "LiveKit":
        """The kit that a machine plays."""
        return cls(machine.kit, machine.patterns, machine.slot, machine.loop, machine.steady_bpm)

    @property
    def key(self) -> tuple[str, SampleId | None]:
        """What tells this kit from others: its name and recording."""
        return self.kit.name, None if self.loop is None else self.loop.sample

    @property
    def samples(self) -> set[SampleId]:
        """Every sample that is saved with it."""
        names = {name for shot in self.kit.one_shots.values() for name in shot.samples}
        if self.loop is not None:
            names |= {self.loop.sample} | ({self.loop.residual} if self.loop.residual is not None else set())
        return names

    def same_music(self, other: "LiveKit") -> bool:
        """Whether nothing was edited in between: tempo and slot may differ, since a clock and a chain change them."""
        return (self.kit, self.patterns, self.loop) == (other.kit, other.patterns, other.loop)

    def stored(self, samples: Mapping[SampleId, Audio], sample_rate: int,
               before: StoredDecomposition | None = None) -> StoredDecomposition:
        """It as the content of a folder. samples: all of `self.samples`, float32 (frames, 2) at `sample_rate`. before:
        the kit as it was decomposed or saved earlier, from which stems, hits as heard and the source are taken."""
        pattern = self.patterns[self.slot]
        assert pattern is not None, "the slot that plays has a pattern"
        kit, sounds = exact(self.kit, samples)
        others = (*self.patterns[: self.slot], None, *self.patterns[self.slot + 1 :])
        played = AsPlayed(self.slot, others)
        if self.loop is None:
            return _without_loop(StoredDecomposition(
                self.bpm, sample_rate, kit, pattern, sounds, NO_AUDIO, source=Source(kit.name), as_played=played))
        loop, begins = self.loop, downbeat_frames(self.loop)
        recording = samples[loop.sample][: loop.frames]
        residual = None if loop.residual is None else _from(begins, samples[loop.residual][: loop.frames])
        own_bpm = 60.0 * loop.beats * sample_rate / loop.frames
        played = replace(played, loop_beats=None if loop.beats == pattern.beats else loop.beats,
                         bpm=None if abs(self.bpm - own_bpm) < 1e-6 else self.bpm, downbeat_frames=begins)
        made = StoredDecomposition(own_bpm, sample_rate, kit, pattern, sounds, _from(begins, recording), residual,
                                   source=Source(loop.name, hashlib.sha256(recording.data).hexdigest()),
                                   as_played=played)
        return made if before is None else _with_what_was_heard(made, before)


def downbeat_frames(loop: PlayedLoop) -> int:
    """How far into the recording the pattern's first beat is."""
    return round(loop.downbeat_ticks * loop.frames / (loop.beats * PPQN)) % loop.frames


def same_recording(stored: StoredDecomposition, live: LiveKit, samples: Mapping[SampleId, Audio],
                   sample_rate: int) -> bool:
    """Whether a folder's kit was made from the very recording that `live` plays, from whatever beat it begins."""
    if live.loop is None or stored.sample_rate != sample_rate or len(stored.loop) != live.loop.frames:
        return False
    whole = _from(-stored.as_played.downbeat_frames, stored.loop)
    return np.array_equal(whole, samples[live.loop.sample][: live.loop.frames])


def exact(kit: Kit, samples: Mapping[SampleId, Audio]) -> tuple[Kit, dict[SampleId, Audio]]:
    """The kit with recordings that are exactly as long as they are played, and those recordings."""
    sounds: dict[SampleId, Audio] = {}

    def cut(name: SampleId, frames: int) -> SampleId:
        audio = samples[name]
        short = name if frames == len(audio) else sample_id(audio[:frames])
        sounds[short] = audio[:frames]
        return short

    def shot_of(shot: OneShot) -> OneShot:
        layers = tuple(replace(layer, sample=cut(layer.sample, layer.frames)) for layer in shot.layers)
        return replace(shot, sample=cut(shot.sample, shot.frames), layers=layers)

    return Kit(kit.name, {track: shot_of(shot) for track, shot in kit.one_shots.items()}), sounds


def _without_loop(made: StoredDecomposition) -> StoredDecomposition:
    """A kit without a recording: its loop is the pattern played by the kit."""
    end = made.pattern.ticks
    once = {track: [stroke for stroke in strokes if stroke.tick < end]
            for track, strokes in all_strokes(made)[1].items()}
    loop = mixdown(made.kit, made.samples, made.sample_rate, once, end, made.tempo_bpm)
    return replace(made, loop=loop)


def _from(frames: int, audio: Audio) -> Audio:
    """A loop begun so many frames later."""
    return np.ascontiguousarray(np.roll(audio, -frames, axis=0)) if frames else audio


def _with_what_was_heard(made: StoredDecomposition, before: StoredDecomposition) -> StoredDecomposition:
    """The kit with what `before` knows about the recording: stems and hits of each drum, under its present name."""
    rate, names = made.sample_rate, _names_now(before.kit, made.kit)
    turn = made.as_played.downbeat_frames / rate - before.as_played.downbeat_frames / before.sample_rate

    def stem(audio: Audio) -> Audio:
        return _from(round(turn * rate), resampled(audio, before.sample_rate, rate, circular=True, axis=0))

    length_s = len(made.loop) / rate

    def turned(heard: tuple[HeardOnset, ...]) -> tuple[HeardOnset, ...]:
        return tuple(sorted((replace(onset, time_s=(onset.time_s - turn) % length_s) if turn else onset
                             for onset in heard), key=_time))

    onsets = {names[track]: turned(heard) for track, heard in before.onsets.items() if track in names}
    as_it_was = before.kit.one_shots == made.kit.one_shots and before.pattern == made.pattern
    return replace(made, stems={names[track]: stem(audio) for track, audio in before.stems.items() if track in names},
                   onsets=onsets, readings=before.readings, recording=_at_rate(before, rate), source=before.source,
                   made_by=before.made_by, unknown=before.unknown,
                   unknown_of_track={names[track]: keys for track, keys in before.unknown_of_track.items()
                                     if track in names},
                   match=before.match if as_it_was else None,
                   track_match=before.track_match if as_it_was else {},
                   candidates={names.get(track, track): turned(heard) for track, heard in before.candidates.items()},
                   second_names={names[track]: name for track, name in before.second_names.items() if track in names})


def _at_rate(before: StoredDecomposition, rate: int) -> Audio | None:
    """All that was recorded, at this rate."""
    if before.recording is None or before.sample_rate == rate:
        return before.recording
    return resampled(before.recording, before.sample_rate, rate, axis=0)


def _names_now(before: Kit, now: Kit) -> dict[str, str]:
    """What the drums of `before` are called now: the same, unless the sound has gone to a track of another name."""
    where = {shot.sample: track for track, shot in now.one_shots.items()}
    names = {track: where.get(shot.sample, track) if track not in now.one_shots else track
             for track, shot in before.one_shots.items()}
    return {old: new for old, new in names.items() if new in now.one_shots and (old == new or new not in names)}


def _time(onset: HeardOnset) -> float:
    return onset.time_s
