"""The transcriber `paper`: Yi & Barthet's (NIME 2025, section 3.2.2), kept as the reference to be better than.

Kick, snare and hi-hat from the onset head's peaks, the tempo from the tempo head. It gives no velocities: the
height of a peak stands in for them.
"""

from pathlib import Path

import numpy as np
import torch

from engine.core.errors import NoOnsets, UsageError, WeightsMissing
from engine.library.resampling import resampled
from models.hearing.peak_picking import events
from models.hearing.spectrogram import PAPER, LogSpectrogram
from models.hearing.tempo import MAX_BEATS, check_length
from models.papers.tao.network import PAPER_DRUMS, SLOWEST_BPM, PaperHeard, PaperNet
from models.plugins import Audio, Onset, TempoGuess, Transcription
from models.weights.shipped import load_weights

_CONTEXT_S = 1.0
_THRESHOLD = 0.3
_GUESSES = 3
_MIN_PEAK = 10 ** (-70 / 20)


class Paper:
    """`paper:FILE`: the weights.safetensors of `train transcriber --network paper`; none are shipped.

    Raises UsageError without a file, WeightsMissing when it holds another network.
    """

    name = "paper"

    def __init__(self, weights: str = "") -> None:
        if not weights:
            raise UsageError("No weights of the paper's network come with Tao. Train some with `tao_live.py train "
                             "transcriber --network paper`, then name them: --transcriber paper:FILE.")
        tensors, told = load_weights(Path(weights))
        if told.get("network") != "paper":
            raise WeightsMissing(f"{weights} holds a network called {told.get('network')!r}, and 'paper' is wanted.")
        self._listen = LogSpectrogram(PAPER)
        self._net = PaperNet(self._listen.bands)
        self._net.load_state_dict(tensors)
        self._net.eval()

    def transcribe(self, audio: Audio, sample_rate: int, beats: int | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and where no drum is heard."""
        mono = np.asarray(audio, np.float32).mean(axis=0)
        length_s = len(mono) / sample_rate
        check_length(length_s, beats)
        if float(np.abs(mono).max(initial=0.0)) < _MIN_PEAK:
            raise NoOnsets("The loop is silent: there is nothing to take apart. Check the input's level.")
        heard = self._heard(mono, sample_rate, circular)
        hits = _hits(torch.sigmoid(heard.onsets[0]).numpy(), length_s)
        if not hits:
            raise NoOnsets("No drum hit was heard in the loop. Try another loop, or --transcriber tao.")
        return Transcription(hits, _tempi(torch.softmax(heard.tempo[0], dim=0).numpy(), length_s, beats))

    @torch.no_grad()
    def _heard(self, mono: np.ndarray, sample_rate: int, circular: bool) -> PaperHeard:
        at_rate = resampled(mono[None], sample_rate, PAPER.sample_rate, circular)[0]
        at_rate = at_rate / max(float(np.abs(at_rate).max()), 1e-9)
        context = round(_CONTEXT_S * PAPER.sample_rate)
        padded = np.pad(at_rate, context, mode="wrap" if circular else "constant").astype(np.float32)
        heard: PaperHeard = self._net(self._listen(torch.from_numpy(padded)[None]))
        return heard


def _hits(chances: np.ndarray, length_s: float) -> tuple[Onset, ...]:
    """Peaks of (stft_frames, 3) inside the loop."""
    found = events(chances, np.full(len(PAPER_DRUMS), _THRESHOLD))
    rate = PAPER.sample_rate / PAPER.hop_frames
    times_s = found.places / rate - _CONTEXT_S
    inside = (times_s >= -0.5 / rate) & (times_s < length_s - 0.5 / rate)
    onsets = [Onset(PAPER_DRUMS[drum], max(float(time_s), 0.0), float(chance), float(chance))
              for drum, time_s, chance in zip(found.drums[inside], times_s[inside], found.chances[inside], strict=True)]
    return tuple(sorted(onsets, key=lambda onset: (onset.time_s, onset.track)))


def _tempi(chances: np.ndarray, length_s: float, beats: int | None) -> tuple[TempoGuess, ...]:
    """Readings with a whole number of beats by the chance (141,) of the nearest BPM."""
    if beats is not None:
        return (TempoGuess(60.0 * beats / length_s, beats, 1.0),)
    counts = range(1, MAX_BEATS + 1)
    rated = []
    for count in counts:
        index = round(60.0 * count / length_s) - SLOWEST_BPM
        if 0 <= index < len(chances):
            rated.append((float(chances[max(index - 1, 0) : index + 2].sum()), count))
    if not rated:
        return (TempoGuess(120.0, max(round(length_s * 2.0), 1), 0.0),)
    best = sorted(rated, reverse=True)[:_GUESSES]
    return tuple(TempoGuess(60.0 * count / length_s, count, min(chance, 1.0)) for chance, count in best)
