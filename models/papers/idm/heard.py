"""Analysis by synthesis of kits that nobody has met: an embedding of each drum is heard in the loop itself.

Where the paper's synthesiser is told which of six kits it hears, this one asks the sound space (sound_space.py). Each
round renders the spectrogram from all drums' sounds, divides the loop's among the hits by it, and hears each drum
again: cells that a hit has to itself say exactly what they were, cells under louder drums next to nothing. Where the
loop is silent about a sound, the embedding speaks. Then each hit may differ from its drum a little, and its velocity,
too. This is non-negative matrix factor deconvolution with the drums' prior in place of free templates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.papers.idm.grid import EARLY, OFFSETS, SHAPE, in_slots, spread
from models.papers.idm.sound_space import SoundSpace
from models.plugins import Audio, Onset, Transcription
from models.separation.inputs import LoopView, view_of
from models.sounds.spectra import LoopSpectra

_ROUNDS, _ROUNDS_OF_HITS = 8, 3
_FLOOR = 1e-5                       # of the loudest cell's magnitude
_CERTAIN = 0.08                     # variance, in nepers squared, of a cell that a hit has to itself
_MOST_PRECISE = 12.0                # more hits do not make a cell more certain than this
_LOUDEST_CELLS = 4.0                # nepers below a sound's loudest cell that tell its velocity
_VELOCITY_SPREAD = 0.35             # of true velocities around the given ones, in nepers
_HIT_SPREAD, _HIT_PECULIAR = 0.35, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Drum:
    """One drum of the loop. sound (bands, slots): log magnitudes at velocity 1, in nepers; sounds (hits, bands, slots):
    of its hits; velocities (hits,); shares (hits, bands, slots): of the loop's power, what is this hit's; columns: the
    STFT frame of each hit's attack and of its repeats."""

    name: str
    hits: tuple[Onset, ...]
    columns: tuple[tuple[int, ...], ...]
    sound: np.ndarray
    sounds: np.ndarray
    velocities: np.ndarray
    shares: np.ndarray

    def patch(self, hit: int) -> np.ndarray:
        """(bands, OFFSETS): the power of a hit."""
        return spread(np.exp(2.0 * (self.sounds[hit] + np.log(self.velocities[hit]))))


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What is heard in a loop: its view, complex spectra (channels, bins, stft_frames), and drums; total (bands,
    stft_frames): the power of all of them, as rendered."""

    view: LoopView
    spectra: np.ndarray
    drums: tuple[Drum, ...]
    total: np.ndarray

    def powers(self) -> np.ndarray:
        """(drums, bands, stft_frames): the spectrogram of each drum, as rendered."""
        return np.stack([_rendered(drum, self.spectra.shape[-1]) for drum in self.drums])

    def transcription(self, given: Transcription) -> Transcription:
        """The hits with the velocities heard, each drum's loudest at 1."""
        onsets = [replace(hit, velocity=float(np.clip(velocity / drum.velocities.max(), 0.01, 1.0)))
                  for drum in self.drums for hit, velocity in zip(drum.hits, drum.velocities, strict=True)]
        return replace(given, onsets=tuple(sorted(onsets, key=lambda hit: (hit.time_s, hit.track))))


def analysed(audio: Audio, sample_rate: int, transcription: Transcription,
             spaces: dict[str, SoundSpace]) -> Analysis:
    """Hear the drums of audio (channels, frames), a circular loop, at the hits of `transcription`. A track that is no
    drum of the spaces is heard as a snare is, of which there are most kinds."""
    view = long_view(audio.shape[1], sample_rate)
    spectra = view.spectra.forward(audio)
    power = view.folding.fold((np.abs(spectra) ** 2).mean(axis=0))
    power = np.maximum(power, _FLOOR**2 * max(float(power.max()), 1e-12))
    usual = spaces.get("snare") or next(iter(spaces.values()))
    known = {name: spaces.get(name, usual) for name in transcription.tracks}
    drums = [_begun(name, transcription.of(name), known[name], view, power, sample_rate)
             for name in transcription.tracks]
    for turn in range(_ROUNDS + _ROUNDS_OF_HITS):
        total = _together(drums, power.shape[1])
        drums = [_heard_again(drum, known[drum.name], power, total, each=turn >= _ROUNDS) for drum in drums]
    return Analysis(view, spectra, tuple(drums), _together(drums, power.shape[1]))


def long_view(frames: int, sample_rate: int) -> LoopView:
    """The separators' windows and bands, with two seconds of the repeating loop before and after it, so that whole
    sounds wrap."""
    view = view_of(frames, sample_rate)
    window_frames = view.spectra.window_frames
    around = -(-OFFSETS * view.spectra.hop_frames // window_frames)
    return LoopView(LoopSpectra(frames, window_frames, context_windows=around), view.folding, sample_rate)


def _begun(name: str, hits: tuple[Onset, ...], space: SoundSpace, view: LoopView, power: np.ndarray,
           sample_rate: int) -> Drum:
    """The drum's mean sound, as loud as the loop lets it be at the drum's hits."""
    columns = tuple(_columns(view, round(hit.time_s * sample_rate)) for hit in hits)
    velocities = np.array([hit.velocity for hit in hits], np.float32)
    mean = space.mean.reshape(SHAPE)
    loud = mean > mean.max() - 2.0
    room = [np.median((_levels(power, own) - np.log(velocity) - mean)[loud])
            for own, velocity in zip(columns, velocities, strict=True)]
    sound = mean + float(np.percentile(room, 30))
    sounds = np.repeat(sound[None], len(hits), axis=0)
    return Drum(name, hits, columns, sound, sounds, velocities, np.ones_like(sounds))


def _columns(view: LoopView, frame: int) -> tuple[int, ...]:
    """The STFT frames of a hit and its repeats, the one within the loop itself first."""
    found = [column for column in view.spectra.stft_frames_of(frame % view.spectra.frames) if column >= EARLY]
    inside = view.spectra.context // view.spectra.hop_frames - EARLY
    return tuple(sorted(found, key=lambda column: (column < inside, column)))


def _heard_again(drum: Drum, space: SoundSpace, power: np.ndarray, total: np.ndarray, each: bool) -> Drum:
    """The drum after a round; each: whether every hit is heard by itself, too."""
    cells, precision, shares = [], [], []
    for hit, own in enumerate(drum.columns):
        share = np.clip(in_slots(drum.patch(hit) / part_of(total, own[0])), 1e-6, 1.0)
        shares.append(share)
        cells.append(_levels(power, own) + 0.5 * np.log(share))
        precision.append(1.0 / (_CERTAIN + (1.0 - share) / share))
    heard, certain = np.stack(cells), np.stack(precision)
    velocities = _velocities(drum, heard, certain)
    loose = heard - np.log(velocities)[:, None, None]
    together = certain.sum(axis=0)
    mean = (certain * loose).sum(axis=0) / together
    sound = space.heard(mean.reshape(-1), np.minimum(together, _MOST_PRECISE).reshape(-1))
    sounds = np.repeat(sound.reshape(1, *SHAPE), len(drum.hits), axis=0)
    if each and len(drum.hits) > 1:
        near = space.around(sound, _HIT_SPREAD, _HIT_PECULIAR)
        sounds = np.stack([near.heard(one.reshape(-1), weight.reshape(-1)).reshape(SHAPE)
                           for one, weight in zip(loose, certain, strict=True)])
    return replace(drum, sound=sound.reshape(SHAPE), sounds=sounds, velocities=velocities, shares=np.stack(shares))


def _velocities(drum: Drum, heard: np.ndarray, certain: np.ndarray) -> np.ndarray:
    """(hits,): the given velocities, moved towards those at which the drum's sound explains the cells of its hits."""
    given = np.log(np.array([hit.velocity for hit in drum.hits]))
    loud = drum.sound > drum.sound.max() - _LOUDEST_CELLS
    weights = np.where(loud, certain, 0.0)
    apart = (weights * (heard - drum.sound)).sum(axis=(1, 2)) / np.maximum(weights.sum(axis=(1, 2)), 1e-9)
    sure = weights.sum(axis=(1, 2)) / max(float(loud.sum()), 1.0)          # mean precision of the loud cells
    moved = given + (apart - given) * sure / (sure + 1.0 / _VELOCITY_SPREAD**2 / 8.0)
    return np.asarray(np.exp(moved), np.float32)


def _rendered(drum: Drum, stft_frames: int) -> np.ndarray:
    """(bands, stft_frames): the power of all hits of a drum, and of their repeats."""
    out = np.zeros((SHAPE[0], stft_frames), np.float32)
    for hit, own in enumerate(drum.columns):
        patch = drum.patch(hit)
        for column in own:
            last = min(column - EARLY + OFFSETS, stft_frames)
            out[:, column - EARLY : last] += patch[:, : last - column + EARLY]
    return out


def _together(drums: Sequence[Drum], stft_frames: int) -> np.ndarray:
    """(bands, stft_frames): the power of all drums."""
    return sum((_rendered(drum, stft_frames) for drum in drums), np.full((SHAPE[0], stft_frames), 1e-12, np.float32))


def _levels(power: np.ndarray, columns: tuple[int, ...]) -> np.ndarray:
    """(bands, slots): log magnitudes of the loop after a hit."""
    return in_slots(0.5 * np.log(part_of(power, columns[0])))


def part_of(values: np.ndarray, column: int) -> np.ndarray:
    """(bands, OFFSETS): the STFT frames of a sound whose attack is at `column`; beyond the end the last one again."""
    places = np.minimum(np.arange(column - EARLY, column - EARLY + OFFSETS), values.shape[1] - 1)
    return values[:, places]
