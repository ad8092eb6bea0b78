"""The differentiable renderer against what Tao renders with: for the proof, for training loops, and in the solver."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from benchmarks.result import Result
from models.demo import demo_kit, demo_pattern
from models.papers.tao.renderer import Renderer
from models.plugins import Onset, TempoGuess, Transcription
from models.solving.solve import scene_of
from models.sounds.rendering import mix, render_tracks
from models.training.synthesis.rendering import StrokeTable, render

_RATE = 44100
_TURNS = 5


def run() -> Iterator[Result]:
    """Processor time of one call, the shortest of five; the same work for both."""
    torch.set_num_threads(1)
    yield from _proof()
    yield from _loops()
    yield from _scene()


def _pair(what: str, ours: Callable[[], object], paper: Callable[[], object], how: str) -> Iterator[Result]:
    yield Result(f"render {what}, Tao", 1000 * _seconds(ours), "ms", "", how)
    yield Result(f"render {what}, differentiable renderer", 1000 * _seconds(paper), "ms", "", how)


def _seconds(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(_TURNS + 1):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent[1:])


def _proof() -> Iterator[Result]:
    kit, samples = demo_kit(_RATE)
    pattern, frames = demo_pattern(), 4 * _RATE
    channels_first = {name: sample.T for name, sample in samples.items()}
    renderer, rng = Renderer(_RATE, frames, circular=True), np.random.default_rng(1)
    sounds, places = [], []
    for track in pattern.tracks:
        sounds.append(torch.from_numpy(np.ascontiguousarray(channels_first[kit.one_shots[track.name].sample])))
        hits = sum(step is not None for step in track.steps)
        places.append(torch.from_numpy(rng.uniform(0, frames, (1, hits)).astype(np.float32)))

    def differentiable() -> object:
        with torch.no_grad():
            return sum(renderer.hits(place, torch.ones_like(place), sound)
                       for place, sound in zip(places, sounds, strict=True))

    yield from _pair("the proof", lambda: mix(render_tracks(kit, pattern, channels_first, frames, _RATE), frames),
                     differentiable, "the demo's loop, 4 s of stereo at 44.1 kHz; one thread")


def _loops() -> Iterator[Result]:
    rng, rows, tracks, hits, length = np.random.default_rng(1), 8, 6, 8, 4 * _RATE
    shot_frames = _RATE // 2
    count = rows * tracks * hits
    sounds = rng.standard_normal(tracks * shot_frames, np.float32)
    drum = np.tile(np.repeat(np.arange(tracks), hits), rows)
    at = rng.integers(0, length, count)
    table = StrokeTable(sounds, np.repeat(np.arange(rows), tracks * hits), at, drum * shot_frames,
                        np.full(count, shot_frames), np.ones(count, np.float32), np.ones(rows, bool), length, drum)
    renderer = Renderer(_RATE, length, circular=True)
    places = torch.from_numpy(at.reshape(rows, tracks, hits).astype(np.float32))
    shots = torch.from_numpy(sounds.reshape(1, tracks, shot_frames))

    def differentiable() -> object:
        with torch.no_grad():
            return renderer.hits(places, torch.ones_like(places), shots).sum(dim=1)

    yield from _pair("training loops", lambda: render(table, torch.device("cpu")), differentiable,
                     "8 loops of 4 s at 44.1 kHz, 6 drums of 8 hits of 0.5 s; one thread")


def _scene() -> Iterator[Result]:
    rng, length = np.random.default_rng(1), 4 * _RATE
    onsets = tuple(Onset(name, float(at)) for name in ("kick", "snare", "hihat", "tom")
                   for at in np.sort(rng.uniform(0, 3.9, 10)))
    scene = scene_of(Transcription(onsets, (TempoGuess(120.0, 8),)), torch.zeros(length), _RATE, 88)
    shots = torch.randn(4, scene.shot_frames)
    renderer = Renderer(_RATE, length, circular=True)
    places = torch.from_numpy(np.stack([scene.start[scene.cluster == one] for one in range(4)]).astype(np.float32))

    def differentiable() -> object:
        with torch.no_grad():
            return renderer.hits(places, torch.ones_like(places), shots).sum(dim=0)

    yield from _pair("the solver's scene", lambda: scene.played(shots), differentiable,
                     "4 s at 44.1 kHz, 4 one-shots of 2 s, 40 hits; one thread")
