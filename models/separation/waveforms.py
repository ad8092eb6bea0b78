"""Networks that turn audio into audio: a loop goes through in overlapping pieces, and the sources become tracks."""

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
_CALLED = {"kick": ("kick", "bd", "bassdrum", "bass drum", "bombo"), "snare": ("snare", "sd", "redoblante", "caja"),
           "tom": ("tom", "toms"), "hihat": ("hihat", "hi-hat", "hi hat", "hh", "hat"), "ride": ("ride",),
           "crash": ("crash",), CYMBALS: ("cymbals", "cymbal", "platillos", "cy")}


@dataclass(frozen=True, slots=True)
class WaveformNet:
    """A network on waveforms. run: (rows, 2, chunk_frames) at sample_rate -> (rows, sources, 2, chunk_frames);
    sources: our names of what comes out, `cymbals` for ride and crash together."""

    run: Callable[[Tensor], Tensor]
    sources: tuple[str, ...]
    sample_rate: int
    chunk_frames: int


def tracks_called(names: Sequence[str], whose: str) -> tuple[str, ...]:
    """Our names of a model's sources. Raises UsageError that names those that are no drum, or come twice."""
    found = {name: next((track for track, words in _CALLED.items() if name.strip().lower() in words), None)
             for name in names}
    unknown = [name for name, track in found.items() if track is None]
    if unknown:
        raise UsageError(f"{whose} has sources that are no drum track: {', '.join(unknown)}. "
                         f"Known are {', '.join(word for words in _CALLED.values() for word in words)}.")
    tracks = tuple(track for track in found.values() if track is not None)
    if len(set(tracks)) != len(names):
        raise UsageError(f"{whose} has several sources for one track: {', '.join(names)}.")
    return tracks


def separated(net: WaveformNet, audio: Audio, sample_rate: int, heard: Transcription) -> Stems:
    """Six stems of audio (channels, frames) that add up to it; mono goes in as two equal channels.

    What the network loses, or what lies above its rate, is shared out bin by bin as the stems' power is.
    Cymbals that come as one are divided by templates of ride and crash.
    """
    frames = audio.shape[1]
    both = audio if audio.shape[0] == 2 else np.repeat(audio.mean(axis=0, keepdims=True), 2, axis=0)
    found = in_pieces(net, resampled(np.asarray(both, np.float32), sample_rate, net.sample_rate))
    back = [_fitted(resampled(stem, net.sample_rate, sample_rate), frames) for stem in found]
    stems = {name: stem if audio.shape[0] == 2 else np.repeat(stem.mean(axis=0, keepdims=True), len(audio), axis=0)
             for name, stem in zip(net.sources, back, strict=True)}
    stems = _whole(stems, audio)
    if CYMBALS in stems:
        stems |= _divided(stems.pop(CYMBALS), sample_rate, heard)
    return {name: stems.get(name, np.zeros_like(audio, np.float32)) for name in TRACK_NAMES}


@torch.no_grad()
def in_pieces(net: WaveformNet, audio: Audio) -> np.ndarray:
    """(sources, 2, frames) of a loop (2, frames), whose end meets its start: pieces that overlap by half or
    more, faded into each other."""
    frames, chunk = audio.shape[1], net.chunk_frames
    pieces = max(-(-2 * frames // chunk), 1)
    starts = np.round(np.arange(pieces) * frames / pieces).astype(int)
    fade = get_window("hann", chunk).astype(np.float32) + 1e-4
    out = np.zeros((len(net.sources), 2, frames), np.float32)
    weight = np.zeros(frames, np.float32)
    for start in starts:
        places = (start + np.arange(chunk)) % frames
        heard = net.run(torch.from_numpy(audio[:, places])[None])[0].numpy()
        np.add.at(weight, places, fade)
        for first in range(0, chunk, frames):               # a loop shorter than a piece goes round in it
            turn = slice(first, min(first + frames, chunk))
            out[:, :, places[turn]] += fade[turn] * heard[:, :, turn]
    return out / weight


def _whole(stems: Stems, audio: Audio) -> Stems:
    """Stems that add up to the audio: the rest is shared as their power is."""
    spectra = LoopSpectra(audio.shape[1])
    rest = spectra.forward(audio - sum(stems.values()))
    powers = {name: np.abs(spectra.forward(stem)) ** 2 + 1e-9 for name, stem in stems.items()}
    total = sum(powers.values())
    return {name: stem + spectra.inverse(rest * (powers[name] / total)) for name, stem in stems.items()}


def _divided(cymbals: Audio, sample_rate: int, heard: Transcription) -> Stems:
    """Ride and crash of a stem that holds both: all of it to the one that was heard, to the crash if none was."""
    hits = tuple(onset for onset in heard.onsets if onset.track in ("ride", "crash"))
    names = {onset.track for onset in hits}
    if len(names) == 2:
        return TemplateMasks().separate(cymbals, sample_rate, Transcription(hits, heard.tempi))
    return {names.pop() if names else "crash": cymbals}


def _fitted(audio: Audio, frames: int) -> Audio:
    return audio[:, :frames] if audio.shape[1] >= frames else np.pad(audio, ((0, 0), (0, frames - audio.shape[1])))
