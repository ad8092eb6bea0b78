"""The transcriber `paper`: tempo and step vectors of kick, snare and hi-hat, as published (Yi & Barthet, NIME 2025,
sections 3.1 and 3.2.2). `circular.py` has the same network with a loop's length and seam taken into account.
"""

import math

import numpy as np
import torch

from engine.core.errors import NoOnsets, WeightsMissing
from engine.core.time_signature import Quarters
from engine.library.resampling import resampled
from models.hearing.monaural import monaural
from models.hearing.tempo import check_length
from models.papers.tao.features import RATE, STFT_FRAMES_PER_S, input_spectrogram
from models.papers.tao.network import PAPER_DRUMS, PaperActivations, PaperNet
from models.papers.tao.peaks import onset_frames
from models.papers.tao.renderer import STEPS_PER_BEAT
from models.papers.tao.steps import beats_in, likeliest_bpm, nearest_steps, step_s
from models.papers.tao.synthesis import LOOP_FRAMES
from models.plugins import Audio, Onset, TempoGuess, Transcription
from models.weights.files import load_own

NETWORK = "paper-2025"  # in the weights' metadata; files of `train transcriber --network paper` say "paper"
_MIN_PEAK = 10 ** (-70 / 20)


class Paper:
    """`paper`, or `paper:FILE` with the weights.safetensors of `train paper`. Raises WeightsMissing when the file holds
    another network."""

    name = "paper"

    def __init__(self, weights: str = "") -> None:
        self._front_end, self._net = input_spectrogram(), open_network(weights)

    def transcribe(self, audio: Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        """Hits on steps of half a beat, all at velocity 1, and the tempo, of audio (channels, frames).

        beats: believed instead of the tempo heard, if known. circular is ignored: the paper surrounds a loop with
        silence. Raises NoOnsets on silence and when no hit is found.
        """
        mono = monaural(audio)
        length_s = len(mono) / sample_rate
        check_length(length_s, beats)
        if float(np.abs(mono).max(initial=0.0)) < _MIN_PEAK:
            raise NoOnsets("The loop is silent, so there is nothing to decompose. Check the input level.")
        found = self._activations(mono, sample_rate)
        tempo = _tempo(found.tempo[0], length_s, beats)
        hits = _hits(torch.sigmoid(found.onsets[0]).numpy(), tempo, length_s)
        if not hits:
            raise NoOnsets("No drum hits were found in the loop. Try another loop, or --transcriber tao.")
        return Transcription(hits, (tempo,))

    @torch.no_grad()
    def _activations(self, mono: np.ndarray, sample_rate: int) -> PaperActivations:
        at_rate = resampled(mono[None], sample_rate, RATE, circular=False)[0]
        at_rate = at_rate / max(float(np.abs(at_rate).max()), 1e-9)
        at_rate = np.pad(at_rate, (0, max(LOOP_FRAMES - len(at_rate), 0)))   # what follows a short loop tells its tempo
        found: PaperActivations = self._net(self._front_end(torch.from_numpy(at_rate.astype(np.float32))[None]))
        return found


def open_network(weights: str = "") -> PaperNet:
    """The network of a weights file, the shipped one without a name, ready to listen. Raises WeightsMissing when it is
    not in it."""
    path, tensors, metadata = load_own(weights, "paper")
    if metadata.get("network") != NETWORK:
        raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; {NETWORK!r} is needed "
                             "here. Files of `train transcriber --network paper` belong to --transcriber "
                             "paper-circular:FILE.")
    net = PaperNet(input_spectrogram().bands)
    net.load_state_dict(tensors)
    return net.eval()


def _tempo(logits: torch.Tensor, length_s: float, beats: Quarters | None) -> TempoGuess:
    if beats is not None:
        return TempoGuess(60.0 * beats / length_s, beats, 1.0)
    heard = beats_in(length_s, likeliest_bpm(logits.numpy()))
    return TempoGuess(60.0 * heard / length_s, heard, float(torch.softmax(logits, dim=0).max()))


def _hits(envelopes: np.ndarray, tempo: TempoGuess, length_s: float) -> tuple[Onset, ...]:
    """The active steps of envelopes (stft_frames, 3); a hit's confidence is the height of its highest peak."""
    count = min(round(tempo.beats * STEPS_PER_BEAT), math.ceil(length_s / step_s(tempo.bpm)))
    onsets = []
    for drum, name in enumerate(PAPER_DRUMS):
        frames = onset_frames(envelopes[:, drum])
        steps = nearest_steps(frames / STFT_FRAMES_PER_S, tempo.bpm)
        for step in np.unique(steps[steps < count]):
            height = float(envelopes[frames[steps == step], drum].max())
            onsets.append(Onset(name, float(step) * step_s(tempo.bpm), 1.0, min(height, 1.0)))
    return tuple(sorted(onsets, key=lambda onset: (onset.time_s, onset.track)))
