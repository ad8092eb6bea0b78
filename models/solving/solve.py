"""The extractor that solves: all one-shots at once, so that the kit played at its hits is the loop."""

import numpy as np
import torch
from torch import Tensor

from models.plugins import Audio, Extraction, Stems, Told, Transcription, untold
from models.solving.harvest import harvested
from models.solving.priors import LEAD_S, shipped_prior
from models.solving.rounds import AGAIN, TURNS, refined
from models.solving.scene import Scene
from models.solving.variances import palette
from models.torch_device import Computer

SHOT_S = 2.0
FIRST_DELTA = 0.3
NOISE = 1e-6        # power, relative to the loop's
_SILENCE = 1e-12


class Solve:
    """`solve`: analysis by synthesis. Every hit is its drum's one sound times a velocity plus a small deviation of
    its own, Gaussian with the time-frequency variance of such drums; the most likely sounds are found jointly
    on the whole loop, then hits are moved and weighed against what is left, in turns.

    device: where the spectra are, `cpu` or `cuda`; empty for the GPU where there is one. One that fails is left for
    the CPU, for good, with a warning on the logger `tao`.
    """

    name = "solve"

    def __init__(self, device: str = "") -> None:
        self._computer = Computer(device)

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: Told = untold) -> Extraction:
        """Shots, mended hits, and stems that add up to audio (channels, frames); the given stems are not needed."""
        return self._computer.run(lambda device: _solved(audio, sample_rate, transcription, TURNS, report, device))

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: Told = untold) -> Extraction:
        """The same from hits that are right but for milliseconds: none is dropped, none added, and it is quicker."""
        return self._computer.run(lambda device: _solved(audio, sample_rate, transcription, AGAIN, report, device))


def _solved(audio: Audio, sample_rate: int, transcription: Transcription, turns: tuple[str, ...],
            report: Told, device: torch.device) -> Extraction:
    channels = torch.from_numpy(np.ascontiguousarray(audio, np.float32)).to(device)
    loop, lead = channels.mean(dim=0), round(LEAD_S * sample_rate)
    scene = scene_of(transcription, loop, sample_rate, lead)
    known = palette(shipped_prior(), transcription.tracks, sample_rate, scene.shot_frames, lead).on(device)
    solution = refined(scene, loop, known, sample_rate, turns, report)
    report(len(turns) / (len(turns) + 1))
    return harvested(solution, channels, sample_rate, transcription)


def scene_of(transcription: Transcription, loop: Tensor, sample_rate: int, lead_frames: int) -> Scene:
    """The hits as heard, one take a track, nothing known yet of its sound."""
    tracks, frames, onsets = transcription.tracks, len(loop), transcription.onsets
    return Scene(frames, min(round(SHOT_S * sample_rate), frames), tracks,
                 np.array([tracks.index(onset.track) for onset in onsets]),
                 np.array([round(onset.time_s * sample_rate) % frames - lead_frames for onset in onsets]),
                 np.array([onset.velocity for onset in onsets]), np.full(len(onsets), FIRST_DELTA),
                 np.arange(len(onsets)),
                 torch.zeros(0), NOISE * float(loop.square().mean()) + _SILENCE)
