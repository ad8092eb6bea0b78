"""A panic cuts echoes and room: at once, without a click, for good; then they work as they were latched."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from engine.audio.host import Host
from engine.audio.output_stage import EMPTY_S, master
from engine.bridge.codec import Codec
from engine.dsp import controls as c
from engine.dsp.processor import Processor
from engine.live.journal import RECORDS, PanicSent
from engine.rack.pyo_rack import PyoRack

RATE, CUTS = 48000, 48000
SECOND = 48000


@pytest.fixture
def rack() -> Iterator[PyoRack]:
    rack = PyoRack(RATE)
    yield rack
    rack.close()


def host(rack: PyoRack) -> Host:
    return Host(Processor(RATE, 1024), rack, None)


def through(host: Host, mix: np.ndarray, cut: int | None = None, block: int = 512, **columns: float | np.ndarray,
            ) -> np.ndarray:
    """mix (frames, 2) through rack and limiter; from frame `cut` on nothing older rings. columns: other controls by
    their lower-case names, constant or (frames,)."""
    table, out = np.tile(c.NEUTRAL, (len(mix), 1)), np.zeros((len(mix), 2), np.float32)
    for name, value in columns.items():
        table[:, getattr(c, name.upper())] = value
    if cut is not None:
        table[cut, c.CUT] = 1.0
    for start in range(0, len(mix), block):
        part = slice(start, start + block)
        master(host.record, mix[part].copy(), table[part].copy(), out[part], len(out[part]))
    return out


def burst(frames: int, *at: int) -> np.ndarray:
    """Silence with a tenth of a second of a 100 Hz tone at these frames."""
    mix = np.zeros((frames, 2))
    tone = 0.4 * np.sin(2 * np.pi * 100.0 * np.arange(RATE // 10) / RATE)
    for frame in at:
        mix[frame : frame + len(tone)] += tone[:, None]
    return mix


WET = {"echo_send": 0.8, "echo_s": 0.3, "room_send": 0.6}


def test_echoes_and_room_are_gone_within_ten_milliseconds_and_stay_away(rack: PyoRack) -> None:
    mix = burst(6 * SECOND - 6 * SECOND % 512, *range(0, CUTS - 5000, 6000))
    audio = through(host(rack), mix, CUTS, **WET)
    assert np.abs(audio[CUTS - 2000 : CUTS]).max() > 0.05, "it rang"
    assert not audio[CUTS + 240 : CUTS + int(EMPTY_S * RATE)].any()
    assert np.abs(audio[CUTS + int(EMPTY_S * RATE) :]).max() < 2e-5


def test_what_rings_is_cut_without_a_click(rack: PyoRack) -> None:
    audio = through(host(rack), burst(2 * SECOND - 2 * SECOND % 512, 0, 20000, 40000), CUTS, **WET)
    steps = np.abs(np.diff(audio[:, 0]))
    assert steps[CUTS : CUTS + 400].max() <= 2.0 * steps[CUTS - 4000 : CUTS].max()
    assert steps[CUTS : CUTS + 400].max() < 0.02


def test_the_music_itself_goes_on(rack: PyoRack) -> None:
    mix = burst(2 * SECOND - 2 * SECOND % 512, CUTS - 1000)
    audio = through(host(rack), mix, CUTS, **{**WET, "echo_s": 0.5})
    after = slice(CUTS + 240, CUTS + 3000)
    assert np.array_equal(audio[after], mix[after].astype(np.float32))


def test_the_first_hit_after_a_panic_has_its_echoes(rack: PyoRack) -> None:
    hit = CUTS + 600
    old = through(host(rack), burst(4 * SECOND - 4 * SECOND % 512, 0, 30000, hit), CUTS, echo_send=0.8, echo_s=0.3)
    fresh_rack = PyoRack(RATE)
    try:
        fresh = through(host(fresh_rack), burst(4 * SECOND - 4 * SECOND % 512, hit), echo_send=0.8, echo_s=0.3)
    finally:
        fresh_rack.close()
    assert np.abs(fresh[hit + 14400 :]).max() > 0.2
    assert np.abs(old[CUTS + 240 :] - fresh[CUTS + 240 :]).max() < 1e-7


def test_an_echo_that_grows_longer_brings_nothing_back(rack: PyoRack) -> None:
    frames = 4 * SECOND - 4 * SECOND % 512
    echo_s = np.clip((np.arange(frames) - CUTS - 20000) / 9600, 0.0, 1.0) * 1.5 + 0.2
    audio = through(host(rack), burst(frames, 0, 10000, 20000, 30000, 40000), CUTS, echo_send=0.9, echo_s=echo_s)
    assert not audio[CUTS + 240 :].any()


def test_what_stands_still_in_a_bypassed_rack_is_cut_as_well(rack: PyoRack) -> None:
    frames = 4 * SECOND - 4 * SECOND % 512
    bypassed = ((np.arange(frames) > CUTS - 5000) & (np.arange(frames) < CUTS + 5000)).astype(float)
    columns = {"echo_send": 0.9, "echo_s": 0.4, "bypassed": bypassed}
    assert np.abs(through(host(rack), burst(frames, 40000), **columns)[CUTS + 5000 :]).max() > 0.05
    again = PyoRack(RATE)
    try:
        assert not through(host(again), burst(frames, 40000), CUTS, **columns)[CUTS + 5000 :].any()
    finally:
        again.close()


def test_a_cut_is_the_same_in_any_blocks() -> None:
    results = []
    for block in (64, 1024):
        rack = PyoRack(RATE)
        try:
            results.append(through(host(rack), burst(3 * SECOND - 3 * SECOND % 1024, 0, 30000, 60000), CUTS + 37, block,
                                   **WET))
        finally:
            rack.close()
    assert np.array_equal(*results)


def test_a_panic_that_was_journalled_before_tails_were_cut_lets_them_ring() -> None:
    @dataclass(frozen=True)
    class Older:
        sequence: int

    Older.__name__ = "PanicSent"
    codec = Codec(RECORDS)
    assert codec.decode(codec.encode(Older(7))).message == PanicSent(7, cuts=False)
    assert codec.decode(codec.encode(PanicSent(7, cuts=True))).message == PanicSent(7, cuts=True)
