"""The time of a block is the device's, and no block is played twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.callback import block_time, clock_call
from engine.audio.host import Host
from engine.audio.host_layout import TIMING_BINS
from engine.bridge.meters import FRAMES, LOAD, SEQUENCE
from engine.dsp.processor import Processor

BLOCK = 128


def begins(host: Host, raw: int) -> int:
    """What the JACK callback does with the server's clock, without the server."""
    start = block_time(host.record, raw & 0xFFFFFFFF)
    host.record["expected"][0] = start + BLOCK
    return int(start)


def fresh() -> Host:
    return Host(Processor(48000, 1024), None, None)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 20), min_size=1, max_size=50))
def test_engine_time_follows_the_device_through_dropped_blocks_and_wraps(first: int, dropped: list[int]) -> None:
    host, raw, expected = fresh(), first, 0
    assert begins(host, raw) == 0
    for blocks in dropped:
        raw += (1 + blocks) * BLOCK
        expected += (1 + blocks) * BLOCK
        assert begins(host, raw) == expected


def test_a_clock_that_steps_back_or_stands_still_plays_on() -> None:
    host = fresh()
    assert [begins(host, raw) for raw in (1000, 1128, 900, 1028, 1028)] == [0, 128, 256, 384, 512]


def test_a_new_device_goes_on_where_the_old_one_stopped() -> None:
    host = fresh()
    begins(host, 1000)
    begins(host, 1128)
    host.record["started"] = 0
    assert begins(host, 7) == 256 and begins(host, 7 + BLOCK) == 384


def test_a_cycle_tells_its_meters_and_its_time() -> None:
    host, call = fresh(), clock_call()
    for start in range(0, 10 * BLOCK, BLOCK):
        call(host.address, BLOCK, start)
    assert host.now_frames == 10 * BLOCK and host.page[FRAMES] == 10 * BLOCK
    assert host.page[SEQUENCE] % 2 == 0 and host.page.view(np.float64)[LOAD] > 0.0
    assert host.timing[: TIMING_BINS].sum() == 10 and not host.out.any()
