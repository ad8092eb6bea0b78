"""The demo loop: two swung bars of three synthesised drums, so that nothing needs to be downloaded."""

from collections.abc import Callable

import numpy as np

from engine.core.kit import GM_NOTES, Kit, OneShot, sample_id
from engine.core.loop import Audio, Loop
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from models.decompose import frames_first
from models.sounds.rendering import mix, render_tracks

BPM, BEATS, SWING = 92.0, 8, 0.58
_LOUDNESS = {".": None, "g": 0.25, "o": 0.5, "x": 0.75, "X": 1.0}
_STEPS = {
    "kick": "X......x..x.....X..o...x..x...o.",
    "snare": "....X..g.g..X.......X..g....X.gx",
    "hihat": "X.x.X.xoX.x.X.x.X.x.X.xoX.xoX.x.",
}
_LATE_TICKS = {"kick": 0, "snare": 9, "hihat": 0}  # the snare drags a little: about 6 ms


def demo_pattern() -> Pattern:
    """Two bars with ghost notes, 58 % swing and a laid-back snare."""
    tracks = tuple(Track(name, tuple(_step(letter, _LATE_TICKS[name]) for letter in letters))
                   for name, letters in _STEPS.items())
    return Pattern(tracks, BEATS, SWING)


def demo_kit(sample_rate: int) -> tuple[Kit, dict[str, Audio]]:
    """Kick, snare and hi-hat, and their samples (frames, 2) float32 by id. Deterministic."""
    makers: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {"kick": _kick, "snare": _snare, "hihat": _hihat}
    lengths_s = {"kick": 0.5, "snare": 0.35, "hihat": 0.18}
    samples, shots = {}, {}
    for name, make in makers.items():
        seconds = np.arange(round(lengths_s[name] * sample_rate)) / sample_rate
        mono = make(seconds, sample_rate) * np.minimum(1.0, (seconds[-1] - seconds) / 0.01)
        sample = frames_first(np.stack([mono, mono]))
        samples[sample_id(sample)] = sample
        shots[name] = OneShot(sample_id(sample), len(sample), midi_note=GM_NOTES[name])
    return Kit("demo", shots), samples


def demo_loop(sample_rate: int) -> Loop:
    """The kit played by the pattern, float32 (frames, 2), with its beats."""
    kit, samples = demo_kit(sample_rate)
    frames = round(BEATS * 60.0 / BPM * sample_rate)
    channels_first = {name: sample.T for name, sample in samples.items()}
    played = mix(render_tracks(kit, demo_pattern(), channels_first, frames, sample_rate), frames)
    return Loop(frames_first(played), sample_rate, "demo", BEATS)


def _step(letter: str, late_ticks: int) -> Step | None:
    velocity = _LOUDNESS[letter]
    return None if velocity is None else Step(velocity, Ticks(late_ticks))


def _kick(seconds: np.ndarray, sample_rate: int) -> np.ndarray:
    """A sine that falls from 190 to 48 Hz, and a click."""
    sweep_hz = 48.0 + 142.0 * np.exp(-seconds / 0.028)
    body = np.sin(2 * np.pi * np.cumsum(sweep_hz) / sample_rate) * np.exp(-seconds / 0.14)
    return 0.62 * body + 0.12 * _noise(seconds, sample_rate, 1500.0, 6000.0, seed=1) * np.exp(-seconds / 0.004)


def _snare(seconds: np.ndarray, sample_rate: int) -> np.ndarray:
    """Two sines for the heads and noise for the wires."""
    skins = np.sin(2 * np.pi * 186 * seconds) + 0.6 * np.sin(2 * np.pi * 331 * seconds)
    wires = _noise(seconds, sample_rate, 900.0, 9000.0, seed=2)
    return 0.2 * skins * np.exp(-seconds / 0.05) + 0.3 * wires * np.exp(-seconds / 0.085)


def _hihat(seconds: np.ndarray, sample_rate: int) -> np.ndarray:
    """Six inharmonic square waves under noise, both high-passed."""
    squares = np.sign(np.sin(2 * np.pi * np.outer((1230, 1821, 2214, 3133, 3241, 4800), seconds))).mean(axis=0)
    metal = _band(squares, sample_rate, 6500.0, 15000.0)
    return (0.14 * metal + 0.16 * _noise(seconds, sample_rate, 7000.0, 15000.0, seed=3)) * np.exp(-seconds / 0.035)


def _noise(seconds: np.ndarray, sample_rate: int, low_hz: float, high_hz: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).uniform(-1.0, 1.0, len(seconds))
    return _band(noise, sample_rate, low_hz, high_hz)


def _band(audio: np.ndarray, sample_rate: int, low_hz: float, high_hz: float) -> np.ndarray:
    """The audio between two frequencies, at peak 1."""
    spectrum = np.fft.rfft(audio)
    hz = np.fft.rfftfreq(len(audio), 1 / sample_rate)
    passed = 1 / (1 + (low_hz / np.maximum(hz, 1.0)) ** 8) / (1 + (hz / high_hz) ** 8)
    shaped = np.fft.irfft(spectrum * passed, len(audio))
    return shaped / float(np.abs(shaped).max())
