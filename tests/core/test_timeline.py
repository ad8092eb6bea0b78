from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from engine.core.timeline import Timeline
from tests.strategies import bpms, ticks, timelines


@given(timelines, ticks)
def test_ticks_survive_the_trip_through_frames(timeline: Timeline, tick: int) -> None:
    # below 300 BPM at 8 kHz a tick is 1.67 frames: no two ticks ever share a frame
    assert timeline.ticks_at(timeline.frames_at(tick)) == tick


@given(timelines, ticks, bpms)
def test_a_tempo_change_does_not_move_the_playhead(timeline: Timeline, now: int, bpm: float) -> None:
    assert timeline.with_bpm(bpm, now).frames_at(now) == timeline.frames_at(now)


@given(timelines, ticks)
def test_what_is_due_before_a_tempo_change_is_heard_before_it(timeline: Timeline, now: int) -> None:
    assert timeline.with_bpm(60.0, now).frames_at(now + 1) > timeline.frames_at(now)


@given(timelines, st.integers(0, 1 << 41), st.integers(1, 4000))
def test_the_next_bar_line_is_a_bar_line_not_behind_us_nor_a_bar_away(timeline: Timeline, frame: int, bar: int) -> None:
    line = timeline.next_multiple(frame, bar)
    tick = timeline.ticks_at(line)
    assert line >= frame and tick % bar == 0 and timeline.frames_at(tick - bar) < frame


def test_a_beat_at_120_bpm_and_48_khz_is_24000_frames() -> None:
    assert Timeline(120.0, 48000).frames_at(960) == 24000


@pytest.mark.parametrize("bpm", [0.0, 29.9, 300.1, float("nan"), float("inf")])
def test_a_tempo_nobody_plays_is_refused(bpm: float) -> None:
    with pytest.raises(InvalidValue, match="tempo"):
        replace(Timeline(120.0, 48000), bpm=bpm)
