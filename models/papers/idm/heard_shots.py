"""One-shots of an analysis: the mean of a drum's hits, cell by cell, and the embedding's sound where none was heard.

Every hit is cut from the loop, filtered by its shares, and moved by a few milliseconds until it fits the clearest one.
A cell of the one-shot is the least-squares mean of the hits, weighted by how certain the cell is in each and by how
much the hit resembles the clearest. Cells that other drums cover in all hits, such as tails that are always cut, get
the magnitude that the analysis expects there, with random phases.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.signal import fftconvolve

from models.papers.idm.grid import in_slots, lead_frames, sound_of, sound_spectra, spread
from models.papers.idm.heard import Drum, part_of
from models.plugins import Audio
from models.separation.inputs import LoopView
from models.sounds.one_shots import faded

_MOST_HITS = 8
_COVERED = 0.3                      # of the power: below this share a cell has not been heard
_CERTAIN = 0.08
_AUDIBLE = 6.5                      # nepers below its loudest cell to which a sound is filled in
_SHIFT_S, _COMPARED_S = 0.006, 0.2
_ATTACK_DB, _EARLIER_S, _PUNCTUAL_S, _BEGINNING_S = -9.0, 0.008, 0.002, 0.03
_FADE_OUT_S = 0.02
_SEED = 2025


@dataclass(frozen=True, slots=True, eq=False)
class HeardShot:
    """audio (channels, frames): a drum's sound at velocity 1, from its attack on; earlier_s: how much before its hits'
    times it begins."""

    audio: Audio
    earlier_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a drum is heard in: audio (channels, frames), a circular loop or what is left of it; total (bands,
    stft_frames): the power expected in it; view: of its spectra."""

    audio: Audio
    sample_rate: int
    total: np.ndarray
    view: LoopView


def heard_shot(source: Source, drum: Drum) -> HeardShot:
    """The one-shot of a drum."""
    chosen = _clearest(drum)
    shares = np.stack([np.clip(drum.patch(hit) / part_of(source.total, drum.columns[hit][0]), 1e-6, 1.0)
                       for hit in chosen])                                # (hits, bands, OFFSETS)
    masks = _unfolded(shares, source)
    starts = [round(drum.hits[hit].time_s * source.sample_rate) - lead_frames(source.view) for hit in chosen]
    filtered = np.stack([_filtered(source, start, mask) for start, mask in zip(starts, masks, strict=True)])
    shifts, likeness = _aligned(filtered, source)
    filtered = np.stack([_filtered(source, start + shift, mask) if shift else spectra for start, shift, mask, spectra in
                         zip(starts, shifts, masks, filtered, strict=True)])
    spectra = _mean(filtered, drum.velocities[chosen], in_slots(shares), likeness, source)
    spectra += _filled_in(drum, (in_slots(shares) * (likeness > 0.5)[:, None, None]).max(axis=0), source)
    return _cut(sound_of(spectra, source.view), lead_frames(source.view), source.sample_rate)


def _clearest(drum: Drum) -> list[int]:
    """The hits that the loop lets be heard best, the clearest first."""
    energy = np.exp(2.0 * (drum.sounds + np.log(drum.velocities)[:, None, None]))
    merit = (drum.shares**2 * energy).sum(axis=(1, 2))
    return [int(hit) for hit in np.argsort(-merit, kind="stable")[:_MOST_HITS]]


def _unfolded(values: np.ndarray, source: Source) -> np.ndarray:
    """(..., bands, OFFSETS) -> (..., bins, OFFSETS)."""
    return np.asarray(source.view.folding.unfold(torch.from_numpy(np.asarray(values, np.float32))).numpy())


def _filtered(source: Source, start: int, mask: np.ndarray) -> np.ndarray:
    """(channels, bins, OFFSETS): the spectra from frame `start` on, through a mask."""
    frames = source.view.spectra.window_frames + (mask.shape[-1] - 1) * source.view.spectra.hop_frames
    cut = np.take(source.audio, np.arange(start, start + frames), axis=1, mode="wrap")
    return sound_spectra(cut, source.view) * mask


def _aligned(filtered: np.ndarray, source: Source) -> tuple[list[int], np.ndarray]:
    """How many sample frames later each hit is than the first says, and its correlation with the first, 0..1."""
    lead, most = lead_frames(source.view), round(_SHIFT_S * source.sample_rate)
    sounds = sound_of(filtered.mean(axis=1), source.view)[
        :, lead - most : lead + round(_COMPARED_S * source.sample_rate)]
    shifts, likeness = [], []
    for sound in sounds:
        products = fftconvolve(np.pad(sound, most), sounds[0][::-1], mode="valid")
        best = int(products.argmax())
        size = float(np.linalg.norm(sound) * np.linalg.norm(sounds[0]))
        shifts.append(best - most)
        likeness.append(max(float(products[best]) / size, 0.0) if size > 1e-9 else 0.0)
    return shifts, np.array(likeness)


def _mean(filtered: np.ndarray, velocities: np.ndarray, shares: np.ndarray, likeness: np.ndarray,
          source: Source) -> np.ndarray:
    """(channels, bins, OFFSETS): the least-squares mean of the hits, as at velocity 1."""
    certain = (likeness[:, None, None] ** 4 + 1e-9) / (_CERTAIN + (1.0 - shares) / shares)
    weights = _unfolded(spread(certain), source) * velocities[:, None, None]
    total = (weights * velocities[:, None, None]).sum(axis=0)
    return np.asarray((filtered * weights[:, None]).sum(axis=0) / total, np.complex64)


def _filled_in(drum: Drum, clear: np.ndarray, source: Source) -> np.ndarray:
    """(1, bins, OFFSETS): the sound that the analysis expects in cells whose best share `clear` is low."""
    missing = np.clip(1.0 - clear / _COVERED, 0.0, 1.0) * (drum.sound > drum.sound.max() - _AUDIBLE)
    expected = _unfolded(spread(missing * np.exp(drum.sound)), source)
    phases = np.random.default_rng(_SEED).uniform(-np.pi, np.pi, expected.shape)
    return np.asarray(expected * np.exp(1j * phases), np.complex64)[None]


def _cut(sound: Audio, lead: int, sample_rate: int) -> HeardShot:
    """The sound from frame `lead` on, or from its attack on if that comes a little earlier. Filters ring before an
    attack, so only what is nearly as loud as the first 30 ms counts."""
    first = max(lead - round(_EARLIER_S * sample_rate), 0)
    level = np.abs(sound[:, first : lead + round(_BEGINNING_S * sample_rate)]).max(axis=0)
    begin = first + int(np.argmax(level > 10 ** (_ATTACK_DB / 20) * level.max(initial=1e-9)))
    begin = begin if begin < lead - round(_PUNCTUAL_S * sample_rate) else lead
    return HeardShot(faded(sound[:, begin:], round(_FADE_OUT_S * sample_rate)), (lead - begin) / sample_rate)
