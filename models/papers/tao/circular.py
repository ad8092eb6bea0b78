"""The transcriber `paper-circular`: the paper's network, used as Tao would use it.

Beyond the paper it hears the loop's seam, times peaks between STFT frames, allows only tempi at which the loop has a
whole number of beats, and uses peak heights as velocities. `transcriber.py` is the method as published.
"""

from pathlib import Path

import numpy as np
import torch

from engine.core.errors import NoOnsets, UsageError, WeightsMissing
from engine.library.resampling import resampled
from models.hearing.monaural import monaural
from models.hearing.peak_picking import activation_peaks
from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.hearing.tempo import MAX_BEATS, check_length
from models.papers.tao.network import PAPER_DRUMS, SLOWEST_BPM, PaperActivations, PaperNet
from models.plugins import Audio, Onset, TempoGuess, Transcription
from models.weights.files import load_weights

_CONTEXT_S = 1.0
_THRESHOLD = 0.3
_GUESSES = 3
_MIN_PEAK = 10 ** (-70 / 20)


class PaperCircular:
    """`paper-circular:FILE`: the weights.safetensors of `train transcriber --network paper`; none are shipped.

    Raises UsageError without a file, WeightsMissing when it holds another network.
    """

    name = "paper-circular"

    def __init__(self, weights: str = "") -> None:
        if not weights:
            raise UsageError("No weights for paper-circular come with Tao. Train some with `tao_live.py train "
                             "transcriber --network paper`, then choose paper-circular:FILE as the transcriber.")
        tensors, metadata = load_weights(Path(weights))
        if metadata.get("network") != "paper":
            raise WeightsMissing(f"{weights} holds weights of the network {metadata.get('network')!r}; 'paper' is "
                                 "needed here.")
        self._front_end = LogSpectrogram(PAPER)
        self._net = PaperNet(self._front_end.bands)
        self._net.load_state_dict(tensors)
        self._net.eval()

    def transcribe(self, audio: Audio, sample_rate: int, beats: int | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and when no hit is found."""
        mono = monaural(audio)
        length_s = len(mono) / sample_rate
        check_length(length_s, beats)
        if float(np.abs(mono).max(initial=0.0)) < _MIN_PEAK:
            raise NoOnsets("The loop is silent, so there is nothing to decompose. Check the input level.")
        found = self._activations(mono, sample_rate, circular)
        hits = _hits(torch.sigmoid(found.onsets[0]).numpy(), length_s)
        if not hits:
            raise NoOnsets("No drum hits were found in the loop. Try another loop, or --transcriber tao.")
        return Transcription(hits, _tempi(torch.softmax(found.tempo[0], dim=0).numpy(), length_s, beats))

    @torch.no_grad()
    def _activations(self, mono: np.ndarray, sample_rate: int, circular: bool) -> PaperActivations:
        at_rate = resampled(mono[None], sample_rate, PAPER.sample_rate, circular)[0]
        at_rate = at_rate / max(float(np.abs(at_rate).max()), 1e-9)
        context = round(_CONTEXT_S * PAPER.sample_rate)
        padded = np.pad(at_rate, context, mode="wrap" if circular else "constant").astype(np.float32)
        found: PaperActivations = self._net(self._front_end(torch.from_numpy(padded)[None]))
        return found


def _hits(activations: np.ndarray, length_s: float) -> tuple[Onset, ...]:
    """The peaks of activations (stft_frames, 3) inside the loop."""
    found = activation_peaks(activations, np.full(len(PAPER_DRUMS), _THRESHOLD))
    rate = PAPER.sample_rate / PAPER.hop_frames
    times_s = found.places / rate - _CONTEXT_S
    inside = (times_s >= -0.5 / rate) & (times_s < length_s - 0.5 / rate)
    onsets = [Onset(PAPER_DRUMS[drum], max(float(time_s), 0.0), float(height), float(height))
              for drum, time_s, height in zip(found.drums[inside], times_s[inside], found.activations[inside],
                                              strict=True)]
    return tuple(sorted(onsets, key=lambda onset: (onset.time_s, onset.track)))


def _tempi(probabilities: np.ndarray, length_s: float, beats: int | None) -> tuple[TempoGuess, ...]:
    """The three best readings with a whole number of beats, rated by the sum of the probabilities (141,) of the three
    BPM nearest to their tempo."""
    if beats is not None:
        return (TempoGuess(60.0 * beats / length_s, beats, 1.0),)
    counts = range(1, MAX_BEATS + 1)
    rated = []
    for count in counts:
        index = round(60.0 * count / length_s) - SLOWEST_BPM
        if 0 <= index < len(probabilities):
            rated.append((float(probabilities[max(index - 1, 0) : index + 2].sum()), count))
    if not rated:
        return (TempoGuess(120.0, max(round(length_s * 2.0), 1), 0.0),)
    best = sorted(rated, reverse=True)[:_GUESSES]
    return tuple(TempoGuess(60.0 * count / length_s, count, min(chance, 1.0)) for chance, count in best)
