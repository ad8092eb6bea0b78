"""The master section: transparent when neutral, never too loud, never poisoned, the same at any block size."""

from collections.abc import Iterator

import numpy as np
import pytest

from engine.audio.host import Host
from engine.audio.output_stage import CEILING, fade, master
from engine.dsp import controls
from engine.dsp.processor import Processor
from engine.rack.pyo_rack import PyoRack

RATE = 48000
OPEN, CLOSED = 20000.0, 400.0


@pytest.fixture
def rack() -> Iterator[PyoRack]:
    rack = PyoRack(RATE)
    yield rack
    rack.close()


def through(host: Host, mix: np.ndarray, gain: float = 1.0, cutoff_hz: float = OPEN, send: float = 0.0,
            block: int = 256, **more: float) -> np.ndarray:
    """mix (frames, 2) float64 through the last stage, in blocks. more: other controls by their lower-case names."""
    out = np.zeros((len(mix), 2), np.float32)
    row = np.array(controls.NEUTRAL)
    row[controls.GAIN], row[controls.CUTOFF_HZ], row[controls.ROOM_SEND] = gain, cutoff_hz, send
    row[controls.FILTERED] = cutoff_hz < OPEN
    for name, value in more.items():
        row[getattr(controls, name.upper())] = value
    table = np.tile(row, (len(mix), 1))
    for start in range(0, len(mix), block):
        part = slice(start, start + block)
        master(host.record, mix[part].copy(), np.ascontiguousarray(table[part]), out[part], block)
    return out


def host(rack: PyoRack | None) -> Host:
    return Host(Processor(RATE, 1024), rack, None)


def noise(peak: float, frames: int = 20480) -> np.ndarray:
    return np.random.default_rng(3).uniform(-peak, peak, (frames, 2))


def test_neutral_settings_change_no_bit(rack: PyoRack) -> None:
    mix = noise(0.96)
    assert np.array_equal(through(host(rack), mix), mix.astype(np.float32))


def test_neutral_settings_change_no_bit_after_a_wild_passage(rack: PyoRack) -> None:
    mixer = host(rack)
    through(mixer, noise(4.0), 3.0, CLOSED, 1.0)
    for _ in range(40):
        through(mixer, np.zeros((20480, 2)))
    mix = noise(0.5)
    assert np.array_equal(through(mixer, mix), mix.astype(np.float32))


def test_without_the_rack_neutral_settings_change_no_bit() -> None:
    mix = noise(0.96)
    assert np.array_equal(through(host(None), mix), mix.astype(np.float32))


@pytest.mark.parametrize("gain", [1.0, 4.0])
def test_nothing_leaves_above_the_ceiling(rack: PyoRack, gain: float) -> None:
    for mixer in (host(rack), host(None)):
        assert np.abs(through(mixer, noise(8.0), gain, OPEN, 0.5)).max() <= CEILING * (1 + 1e-6)


def test_a_closed_filter_takes_the_treble_away(rack: PyoRack) -> None:
    time_s = np.arange(20480) / RATE
    tone = 0.5 * np.sin(2 * np.pi * 6000.0 * time_s)[:, None] * np.ones(2)
    assert np.abs(through(host(rack), tone, cutoff_hz=CLOSED)[10240:]).max() < 0.005


def test_a_reverb_rings_on_and_dies(rack: PyoRack) -> None:
    mixer = host(rack)
    through(mixer, noise(0.5), send=0.5)
    tail = through(mixer, np.zeros((20480, 2)), send=0.5)
    assert np.abs(tail[:4096]).max() > 1e-3
    for _ in range(20):
        tail = through(mixer, np.zeros((20480, 2)))
    assert np.abs(tail).max() < 1e-6


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e300])
def test_a_poisoned_mix_is_silence_for_a_moment_and_leaves_no_trace(rack: PyoRack, poison: float) -> None:
    mixer = host(rack)
    bad = noise(0.5)
    bad[100:110] = poison
    assert np.isfinite(through(mixer, bad, cutoff_hz=CLOSED, send=0.7)).all()
    for _ in range(40):
        through(mixer, np.zeros((20480, 2)))
    mix = noise(0.5)
    assert np.array_equal(through(mixer, mix), mix.astype(np.float32))


def test_the_block_size_changes_no_bit() -> None:
    results = []
    for block in (64, 128, 512):
        rack = PyoRack(RATE)
        try:
            results.append(through(host(rack), noise(2.0), 2.0, 900.0, 0.4, block, echo_send=0.5, crushed=1.0, bits=6.0,
                                   rate=0.2))
        finally:
            rack.close()
    assert np.array_equal(results[0], results[1]) and np.array_equal(results[0], results[2])


def test_a_block_that_the_rack_cannot_cut_is_silent(rack: PyoRack) -> None:
    assert not through(host(rack), noise(0.5, 100), block=100).any()


@pytest.mark.parametrize("block", [64, 100])
def test_the_way_out_is_a_straight_ramp(block: int) -> None:
    mixer = host(None)
    mixer.fade_out(150, 400)
    out = np.ones((1000, 2), np.float32)
    for start in range(0, 1000, block):
        fade(mixer.record, out[start : start + block], start, min(block, 1000 - start))
    assert np.allclose(out[:, 0], np.clip(1.0 - (np.arange(1000) - 150) / 400, 0.0, 1.0))
