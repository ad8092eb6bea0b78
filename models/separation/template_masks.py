"""The separator `template-masks`, which needs no weights: one spectral template per drum, learned from the loop."""

import numpy as np

from models.hearing.drum_nmf import COMPRESSION
from models.hearing.drum_templates import TEMPLATES
from models.hearing.onset_strength import MAX_HZ, MIN_HZ
from models.plugins import Audio, Stems, Transcription
from models.sounds.spectra import LoopSpectra

CONTEXT_WINDOWS = 16  # of 2048 frames: longer than a tail, so that the loop's end rings into its start
_TAIL_S = 0.7
_EARLY = 2        # STFT frames before the onset whose windows already contain it
_UPDATES = 7      # with more, one drum's template explains another's tail
_DECAY_S = 0.12   # of the initial template: a drum explains its attack rather than another's tail


class TemplateMasks:
    """`template-masks`: each drum is one spectrogram, repeated at its onsets in proportion to velocity.

    Non-negative matrix factor deconvolution with activations fixed by the transcription (Smaragdis, ICA 2004;
    score-informed as in Ewert & Müller, 2012), then Wiener masks, so the stems add up to the loop.
    """

    name = "template-masks"

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Stems of audio (channels, frames) by track name, float32, adding up to it."""
        spectra = LoopSpectra(audio.shape[1], context_windows=CONTEXT_WINDOWS)
        complex_spectra = spectra.forward(audio)
        loudness = np.abs(complex_spectra).mean(axis=0) + 1e-8
        powers = template_powers(loudness, spectra, transcription, sample_rate)
        total = sum(powers.values())
        return {track: spectra.inverse(complex_spectra * (power / total)) for track, power in powers.items()}


def template_powers(loudness: np.ndarray, spectra: LoopSpectra, transcription: Transcription,
                    sample_rate: int) -> dict[str, np.ndarray]:
    """The power (bins, stft_frames) of each transcribed drum, from templates fitted to the magnitudes `loudness` (bins,
    stft_frames)."""
    hits = {track: _columns(transcription, track, spectra, sample_rate) for track in transcription.tracks}
    tail = round(_TAIL_S * sample_rate / spectra.hop_frames)
    templates = {track: _prototype(track, loudness, hits[track], tail, sample_rate, spectra.hop_frames)
                 for track in hits}
    for _ in range(_UPDATES):
        _update(templates, hits, loudness)
    return {track: _repeated(templates[track], hits[track], loudness.shape) ** 2 + 1e-12 for track in hits}


def _columns(transcription: Transcription, track: str, spectra: LoopSpectra,
             sample_rate: int) -> list[tuple[int, float]]:
    """(first STFT frame, velocity) of each hit of a drum and of its repeats in the context."""
    return [(column - _EARLY, onset.velocity) for onset in transcription.of(track)
            for column in spectra.stft_frames_of(round(onset.time_s * sample_rate) % spectra.frames)]


def _prototype(track: str, loudness: np.ndarray, hits: list[tuple[int, float]], tail: int, sample_rate: int,
               hop_frames: int) -> np.ndarray:
    """(bins, tail): a drum's initial template, the mean magnitude after its hits times its usual spectrum and a
    decay."""
    bins = loudness.shape[0]
    mean = np.full((bins, tail), 1e-6, np.float32)
    for column, velocity in hits:
        first, last = max(column, 0), min(column + tail, loudness.shape[1])
        mean[:, first - column : last - column] += velocity * loudness[:, first:last]
    mean /= sum(velocity for _, velocity in hits)
    decay = np.exp(-np.arange(tail) * hop_frames / sample_rate / _DECAY_S)
    return (mean * _usual_spectrum(track, bins, sample_rate)[:, None] * decay).astype(np.float32)


def _usual_spectrum(track: str, bins: int, sample_rate: int) -> np.ndarray:
    """(bins,): a drum's share of an onset's power at each frequency, among kick, snare and hi-hat; 1 for other
    drums."""
    if track not in TEMPLATES:
        return np.ones(bins)
    means = {name: (np.array(rows).mean(axis=0) / 1000.0) ** (1.0 / COMPRESSION)
             for name, rows in TEMPLATES.items()}
    centres_hz = np.geomspace(MIN_HZ, MAX_HZ, len(means[track]))
    share = means[track] / sum(means.values())
    bins_hz = np.arange(bins) * sample_rate / (2 * (bins - 1))
    return (np.interp(np.log(bins_hz + 1.0), np.log(centres_hz), share) + 0.01) ** 2


def _repeated(template: np.ndarray, hits: list[tuple[int, float]], shape: tuple[int, ...]) -> np.ndarray:
    """(bins, stft_frames): the template repeated at its hits."""
    out = np.zeros(shape, np.float32)
    for column, velocity in hits:
        first, last = max(column, 0), min(column + template.shape[1], shape[1])
        out[:, first:last] += velocity * template[:, first - column : last - column]
    return out


def _update(templates: dict[str, np.ndarray], hits: dict[str, list[tuple[int, float]]],
            loudness: np.ndarray) -> None:
    """One multiplicative update of all templates for the Kullback-Leibler divergence."""
    total = sum(_repeated(templates[track], hits[track], loudness.shape) for track in templates)
    ratio = loudness / (total + 1e-8)
    for track, template in templates.items():
        pull = np.zeros_like(template)
        weight = np.full(template.shape[1], 1e-9, np.float32)
        for column, velocity in hits[track]:
            first, last = max(column, 0), min(column + template.shape[1], loudness.shape[1])
            pull[:, first - column : last - column] += velocity * ratio[:, first:last]
            weight[first - column : last - column] += velocity
        template *= pull / weight
