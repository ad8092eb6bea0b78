"""Descent through the renderer brings a kit nearer to its loop."""

import numpy as np
import torch

from models.papers.tao.refinement import Descent, distance, refined
from models.papers.tao.renderer import Renderer
from models.plugins import ExtractedLayer, ExtractedShot, Extraction, Onset, TempoGuess, Transcription

RATE, FRAMES = 8000, 8000


def loop_of(places: list[float], gains: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """A decaying tone at places, and the tone."""
    at = np.arange(1000) / RATE
    tone = (np.sin(2 * np.pi * 150 * at) * np.exp(-at / 0.03)).astype(np.float32)
    sound = Renderer(RATE, FRAMES, circular=True).hits(torch.tensor(places), torch.tensor(gains),
                                                       torch.from_numpy(tone))
    return sound.numpy()[None], tone[None]


def test_times_gains_and_sound_move_towards_the_truth() -> None:
    audio, tone = loop_of([1000.0, 3003.0, 5000.0], [1.0, 0.5, 0.8])
    hits = tuple(Onset("kick", place / RATE, 0.9) for place in (1000, 3000, 5000))
    first = Extraction({"kick": ExtractedShot(tone * 0.9)}, Transcription(hits, (TempoGuess(120.0, 2),)), {})
    better = refined(audio, RATE, first, Descent(steps=40))
    found = better.transcription.of("kick")
    assert abs(found[1].time_s * RATE - 3003) < 1.5
    assert abs(found[1].velocity - 0.5) < 0.1
    assert (better.shots["kick"].audio.shape, better.stems) == (tone.shape, first.stems)
    renderer = Renderer(RATE, FRAMES, circular=True)

    def far(made: Extraction) -> float:
        own = made.transcription.of("kick")
        sound = renderer.hits(torch.tensor([[hit.time_s * RATE for hit in own]]),
                              torch.tensor([[hit.velocity for hit in own]]),
                              torch.from_numpy(made.shots["kick"].audio))
        return float(distance(sound, torch.from_numpy(audio)))

    assert far(better) < 0.2 * far(first)


def test_a_drum_with_layers_stays() -> None:
    audio, tone = loop_of([1000.0], [1.0])
    shot = ExtractedShot(tone, layers=(ExtractedLayer(tone, 0.5),))
    made = Extraction({"kick": shot}, Transcription((Onset("kick", 0.125),), (TempoGuess(120.0, 2),)), {})
    assert refined(audio, RATE, made) is made
