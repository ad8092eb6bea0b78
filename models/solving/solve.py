"""The extractor that solves: all one-shots at once, so that the kit played at its hits is the loop."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from models.one_shots import HIHAT_CHOKE_GROUP
from models.plugins import Audio, ExtractedShot, Extraction, Onset, Stems, Told, Transcription, untold
from models.solving.posterior import Posterior, solve_scene, stems_of
from models.solving.priors import LEAD_S, shipped_prior
from models.solving.rounds import Solution, refined
from models.solving.scene import Scene
from models.solving.trimming import attack_frame, trimmed
from models.solving.variances import palette

SHOT_S = 1.2
FIRST_DELTA = 0.3
NOISE = 1e-6        # power, relative to the loop's
_LAST_STEPS = 20
_SILENCE = 1e-12


class Solve:
    """`solve`: analysis by synthesis. Every hit is its drum's one sound times a velocity plus a small deviation of
    its own, Gaussian with the time-frequency variance of such drums; the most likely sounds are found jointly
    on the whole loop, then hits are moved and weighed against what is left, in turns."""

    name = "solve"

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: Told = untold) -> Extraction:
        """Shots, mended hits, and stems that add up to audio (channels, frames); the given stems are not needed."""
        channels = torch.from_numpy(np.ascontiguousarray(audio, np.float32))
        loop = channels.mean(dim=0)
        lead = round(LEAD_S * sample_rate)
        scene = scene_of(transcription, loop, sample_rate, lead)
        known = palette(shipped_prior(), transcription.tracks, sample_rate, scene.shot_frames, lead)
        solution = refined(scene, loop, known, sample_rate, report)
        return extraction(solution, channels, sample_rate, transcription, lead)


def scene_of(transcription: Transcription, loop: Tensor, sample_rate: int, lead_frames: int) -> Scene:
    """The hits as heard, one take a track, nothing known yet of its sound."""
    tracks, frames, onsets = transcription.tracks, len(loop), transcription.onsets
    return Scene(frames, min(round(SHOT_S * sample_rate), frames), tracks,
                 np.array([tracks.index(onset.track) for onset in onsets]),
                 np.array([round(onset.time_s * sample_rate) % frames - lead_frames for onset in onsets]),
                 np.array([onset.velocity for onset in onsets]), np.full(len(onsets), FIRST_DELTA),
                 torch.zeros(0), NOISE * float(loop.square().mean()) + _SILENCE)


def extraction(solution: Solution, channels: Tensor, sample_rate: int, transcription: Transcription,
               lead_frames: int) -> Extraction:
    """What a solution on the mono loop makes of its channels (channels, frames): every channel is solved with the
    same hits and variances; equal channels only once."""
    scene, posterior = solution.scene, solution.posterior
    alike = bool((channels == channels[:1]).all())
    if not alike:
        start = posterior.shots.expand(len(channels), -1, -1)
        posterior = solve_scene(scene, channels, _LAST_STEPS, start)
    else:
        posterior = Posterior(posterior.shots[None], posterior.error)
        channels_once = channels[:1]
    found = stems_of(scene, posterior, channels_once if alike else channels)
    count = len(channels)
    stems = {track: np.broadcast_to(stem.numpy(), (count, scene.frames)).copy() for track, stem in found.items()}
    shots, onsets = {}, list(transcription.onsets)
    for take, track in enumerate(scene.tracks):
        mine = np.flatnonzero(scene.take == take)
        loudest = float(scene.gain[mine].max())
        shot = np.broadcast_to(posterior.shots[:, take].numpy(), (count, scene.shot_frames)) * np.float32(loudest)
        ahead = attack_frame(shot, sample_rate)
        shots[track] = ExtractedShot(trimmed(shot, sample_rate),
                                     choke_group=HIHAT_CHOKE_GROUP if track == "hihat" else None)
        for hit in mine:
            time_s = (int(scene.start[hit]) + ahead) % scene.frames / sample_rate
            onsets[hit] = replace(onsets[hit], time_s=time_s, velocity=float(scene.gain[hit]) / loudest)
    return Extraction(shots, replace(transcription, onsets=in_order(onsets)), stems)


def in_order(onsets: list[Onset]) -> tuple[Onset, ...]:
    """Onsets by time."""
    return tuple(sorted(onsets, key=lambda onset: (onset.time_s, onset.track)))
