"""Run a waveform-to-waveform network on a loop, in overlapping pieces, and turn its sources into tracks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.signal import get_window
from torch import Tensor

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from engine.library.resampling import resampled
from models.plugins import Audio, Stems, Transcription
from models.separation.template_masks import TemplateMasks
from models.sounds.spectra import LoopSpectra

CYMBALS = "cymbals"
_SOURCE_NAMES = {
    "kick": ("kick", "bd", "bassdrum", "bass drum", "bombo"), "snare": ("snare", "sd", "redoblante", "caja"),
    "tom": ("tom", "toms"), "hihat": ("hihat", "hi-hat", "hi hat", "hh", "hat"), "ride": ("ride",), "crash": ("crash",),
    CYMBALS: ("cymbals", "cymbal", "platillos", "cy")}


@dataclass(frozen=True, slots=True)
class WaveformNet:
    """A network on waveforms. run: (rows, 2, chunk_frames) at sample_rate -> (rows, sources, 2, chunk_frames); sources:
    the track names of its outputs, `cymbals` for ride and crash in one."""

    run: Callable[[Tensor], Tensor]
    sources: tuple[str, ...]
    sample_rate: int
    chunk_frames: int


def tracks_of_sources(names: Sequence[str], model: str) -> tuple[str, ...]:
    """The track names of a model's sources. Raises UsageError for sources that are not drums, or that share a track."""
    found = {name: next((track for track, words in _SOURCE_NAMES.items() if name.strip().lower() in words), None)
             for name in names}
    unknown = [name for name, track in found.items() if track is None]
    if unknown:
        raise UsageError(f"{model} has sources that are not drums: {', '.join(unknown)}. "
                         f"Known names: {', '.join(word for words in _SOURCE_NAMES.values() for word in words)}.")
    tracks = tuple(track for track in found.values() if track is not None)
    if len(set(tracks)) != len(names):
        raise UsageError(f"{model} has several sources for one track: {', '.join(names)}.")
    return tracks


def separated(net: WaveformNet, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
    """Six stems of audio (channels, frames) that add up to it. Mono is passed as two equal channels.

    What the network loses, such as everything above its rate, is divided among the stems in proportion to their power,
    bin by bin. A single cymbal stem is divided between ride and crash by templates.
    """
    frames = audio.shape[1]
    both = audio if audio.shape[0] == 2 else np.repeat(audio.mean(axis=0, keepdims=True), 2, axis=0)
    found = in_pieces(net, resampled(np.asarray(both, np.float32), sample_rate, net.sample_rate))
    back = [_fitted(resampled(stem, net.sample_rate, sample_rate), frames) for stem in found]
    stems = {name: stem if audio.shape[0] == 2 else np.repeat(stem.mean(axis=0, keepdims=True), len(audio), axis=0)
             for name, stem in zip(net.sources, back, strict=True)}
    stems = _adding_up(stems, audio)
    if CYMBALS in stems:
        stems |= _divided(stems.pop(CYMBALS), sample_rate, transcription)
    return {name: stems.get(name, np.zeros_like(audio, np.float32)) for name in TRACK_NAMES}


@torch.no_grad()
def in_pieces(net: WaveformNet, audio: Audio) -> np.ndarray:
    """(sources, 2, frames) of a circular loop (2, frames), run in pieces that overlap by half or more and are
    cross-faded."""
    frames, chunk = audio.shape[1], net.chunk_frames
    pieces = max(-(-2 * frames // chunk), 1)
    starts = np.round(np.arange(pieces) * frames / pieces).astype(int)
    fade = get_window("hann", chunk).astype(np.float32) + 1e-4
    out = np.zeros((len(net.sources), 2, frames), np.float32)
    weight = np.zeros(frames, np.float32)
    for start in starts:
        places = (start + np.arange(chunk)) % frames
        found = net.run(torch.from_numpy(audio[:, places])[None])[0].numpy()
        np.add.at(weight, places, fade)
        for first in range(0, chunk, frames):               # a loop shorter than a piece repeats in it
            turn = slice(first, min(first + frames, chunk))
            out[:, :, places[turn]] += fade[turn] * found[:, :, turn]
    return out / weight


def _adding_up(stems: Stems, audio: Audio) -> Stems:
    """The stems plus what they lack of the audio, divided in proportion to their power."""
    spectra = LoopSpectra(audio.shape[1])
    rest = spectra.forward(audio - sum(stems.values()))
    powers = {name: np.abs(spectra.forward(stem)) ** 2 + 1e-9 for name, stem in stems.items()}
    total = sum(powers.values())
    return {name: stem + spectra.inverse(rest * (powers[name] / total)) for name, stem in stems.items()}


def _divided(cymbals: Audio, sample_rate: int, transcription: Transcription) -> Stems:
    """Ride and crash of a stem that holds both. If only one was transcribed it gets all; if neither was, the crash
    does."""
    hits = tuple(onset for onset in transcription.onsets if onset.track in ("ride", "crash"))
    names = {onset.track for onset in hits}
    if len(names) == 2:
        return TemplateMasks().separate(cymbals, sample_rate, Transcription(hits, transcription.tempi))
    return {names.pop() if names else "crash": cymbals}


def _fitted(audio: Audio, frames: int) -> Audio:
    return audio[:, :frames] if audio.shape[1] >= frames else np.pad(audio, ((0, 0), (0, frames - audio.shape[1])))
