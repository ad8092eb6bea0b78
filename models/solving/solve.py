"""The extractor `solve`: all one-shots at once, so that the kit played at its hits renders the loop."""

import numpy as np
import torch
from torch import Tensor

from engine.core.pattern import TRACK_NAMES
from models.plugins import Audio, Extraction, Judge, OnProgress, Stems, Transcription, ignore_progress
from models.solving.alternation import REVISION_ROUNDS, ROUNDS, alternate
from models.solving.extraction import extraction_of
from models.solving.priors import LEAD_S, shipped_prior
from models.solving.scene import Scene
from models.solving.variances import sample_prior
from models.torch_device import ComputeDevice

SHOT_S = 2.0
FIRST_DELTA = 0.3
NOISE = 1e-6        # variance, relative to the loop's mean power
_SILENCE = 1e-12


class Solve:
    """`solve`: analysis by synthesis.

    Each hit is its drum's one-shot times a gain, plus a small deviation of its own; both are Gaussian with the
    time-frequency variance of such drums. The most likely one-shots are found jointly on the whole loop, in turn with
    the hits' times and gains (docs/solving.md).

    device: where the spectra are computed, `cpu` or `cuda`; empty for the GPU if there is one. If it fails, the CPU
    takes over for good, and the logger `tao` gets a warning.
    """

    name = "solve"

    def __init__(self, device: str = "") -> None:
        self._device = ComputeDevice(device)

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """One-shots, improved hits, and stems that add up to audio (channels, frames). The given stems are unused."""
        return self._device.run(lambda device: _solved(audio, sample_rate, transcription, ROUNDS, report, device))

    def extract_judged(self, audio: Audio, sample_rate: int, transcription: Transcription, judge: Judge,
                       report: OnProgress = ignore_progress) -> Extraction:
        """The same, but `judge` has the last word on which hits there are and what they are called."""
        return self._device.run(lambda device: _solved(audio, sample_rate, transcription, ROUNDS, report, device,
                                                       judge))

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same for hits that are right but for milliseconds: no hit is dropped or added, and it is faster."""
        return self._device.run(
            lambda device: _solved(audio, sample_rate, transcription, REVISION_ROUNDS, report, device))


def _solved(audio: Audio, sample_rate: int, transcription: Transcription, rounds: tuple[str, ...],
            report: OnProgress, device: torch.device, judge: Judge | None = None) -> Extraction:
    channels = torch.from_numpy(np.ascontiguousarray(audio, np.float32)).to(device)
    loop, lead = channels.mean(dim=0), round(LEAD_S * sample_rate)
    scene = scene_of(transcription, loop, sample_rate, lead)
    names = tuple(dict.fromkeys((*transcription.tracks, *TRACK_NAMES)))
    prior = sample_prior(shipped_prior(), names, sample_rate, scene.shot_frames, lead).on(device)
    solution = alternate(scene, loop, prior, sample_rate, rounds, report, judge)
    report(len(rounds) / (len(rounds) + 1))
    return extraction_of(solution, channels, sample_rate, transcription)


def scene_of(transcription: Transcription, loop: Tensor, sample_rate: int, lead_frames: int) -> Scene:
    """The transcribed hits on loop (frames,), one cluster per track, with no variances yet."""
    tracks, frames, onsets = transcription.tracks, len(loop), transcription.onsets
    return Scene(frames, min(round(SHOT_S * sample_rate), frames), tracks,
                 np.array([tracks.index(onset.track) for onset in onsets]),
                 np.array([round(onset.time_s * sample_rate) % frames - lead_frames for onset in onsets]),
                 np.array([onset.velocity for onset in onsets]), np.full(len(onsets), FIRST_DELTA),
                 np.arange(len(onsets)),
                 torch.zeros(0), NOISE * float(loop.square().mean()) + _SILENCE)
