"""A small decomposition to write and read back."""

import numpy as np

from engine.core.kit import Kit, Layer, OneShot, sample_id
from engine.core.pattern import Pattern, Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from engine.library.kits.decomposition import HeardOnset, Source, StoredDecomposition

RATE = 48000


def sound(seed: int, frames: int = 1000) -> np.ndarray:
    """Always the same noise, (frames, 2) float32."""
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)


def rich_decomposition() -> StoredDecomposition:
    """Everything that a folder can hold, none of it at its default."""
    kick, hat, ghost, accent = sound(1), sound(2, 700), sound(6, 300), sound(7, 400)
    pattern = Pattern((
        Track("kick", (Step(1.0), None, None, Step(0.5, Ticks(-20), 0.5, (1, 2), 3, 0.7)) * 2),
        Track("hihat", (Step(0.3, Ticks(7), confidence=0.25), None, None, None,
                        Step(when=When.FILL, overrides=Overrides(-3.5, 0.2, 800.0, "kick"))), 8, swing=0.6),
        Track("tom", (None,) * 8),
    ), 2, 0.54, 3)
    kit = Kit("rich", {
        "kick": OneShot(sample_id(kick), len(kick), gain=0.5, pan=-0.25, midi_note=36, cutoff_hz=5000.0, layers=(
            Layer(sample_id(ghost), len(ghost), 0.0, 2.0), Layer(sample_id(accent), len(accent), 0.8))),
        "hihat": OneShot(sample_id(hat), len(hat), pitch_semitones=2.0, attack_s=0.01, decay_s=0.5, choke_group=1,
                         midi_note=42)})
    loop, samples = sound(3, RATE), {sample_id(audio): audio for audio in (kick, hat, ghost, accent)}
    return StoredDecomposition(
        120.0, RATE, kit, pattern, samples, loop, sound(4, RATE), 0.875,
        {"kick": sound(5, RATE)}, {"kick": (HeardOnset(0.0, 1.0, 0.9), HeardOnset(0.37, 0.5, 0.7))},
        {"kick": 0.9}, Source("take.wav", "ab" * 32, "CC0-1.0"), {"separator": "x", "weights": {"x": "12"}},
        {"future": {"deep": [1, 2]}}, {"kick": {"colour": "red"}},
        candidates={"kick": (HeardOnset(0.4, 0.1, 0.2),)}, second_names={"kick": "snare"})
