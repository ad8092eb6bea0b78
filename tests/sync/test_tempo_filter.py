"""Tempo and phase are found in jittery ticks, through losses, doubles and steps. Seeds are fixed."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sync.tempo_filter import TempoFilter
from tests.led_song import clock_times, turned

SEEDS = range(6)


def ideal_ticks(bpm: float, seconds: float, step: tuple[float, float] | None = None) -> np.ndarray:
    """When the ticks of a perfect clock come; step: (when, tempo from there on)."""
    times, now = [], 0.0
    while now < seconds:
        times.append(now)
        now += 60.0 / (24 * (bpm if step is None or now < step[0] else step[1]))
    return np.array(times)


def follow(ideal: np.ndarray, jitter_s: float, lost: float, seed: int, doubled: float = 0.0) -> np.ndarray:
    """(tick, bpm, phase error in s, miscount) after every tick that was heard."""
    rng = np.random.default_rng(seed)
    arrivals = ideal + rng.uniform(-jitter_s, jitter_s, len(ideal))
    heard = [(at_s, number) for number, at_s in enumerate(arrivals) if number == 0 or rng.random() >= lost]
    heard += [(at_s + 0.0004, number) for at_s, number in heard if rng.random() < doubled]
    estimate, rows = TempoFilter(), []
    for at_s, number in sorted(heard):
        estimate = estimate.after(at_s)
        if estimate.bpm is not None:
            rows.append((ideal[number], estimate.bpm, estimate.at_s - ideal[number], estimate.number - number))
    return np.array(rows)


def settled_after(rows: np.ndarray, bpm: float, since_s: float, bpm_off: float, phase_off_s: float) -> float:
    """Seconds from `since_s` until the estimate is right, and stays so for two seconds."""
    rows = rows[(rows[:, 0] >= since_s)]
    wrong = (np.abs(rows[:, 1] - bpm) > bpm_off) | (np.abs(rows[:, 2]) > phase_off_s)
    for place in range(len(rows)):
        span = wrong[place : place + 96]
        if not span.any():
            return float(rows[place, 0] - since_s)
    return float("inf")


@pytest.mark.parametrize(("jitter_s", "tempo_rms", "phase_rms_s"), [(0.001, 0.02, 0.00015), (0.003, 0.03, 0.0003)])
@pytest.mark.parametrize("bpm", [72.0, 120.0, 174.0])
def test_tempo_and_phase_are_as_good_as_promised(jitter_s: float, tempo_rms: float, phase_rms_s: float,
                                                 bpm: float) -> None:
    runs = [follow(ideal_ticks(bpm, 30.0), jitter_s, 0.01, seed) for seed in SEEDS]
    rows = np.concatenate([run[run[:, 0] > 5.0] for run in runs])
    assert np.sqrt(np.mean((rows[:, 1] - bpm) ** 2)) < tempo_rms * max(1.0, bpm / 120.0)
    assert np.sqrt(np.mean(rows[:, 2] ** 2)) < phase_rms_s
    assert not rows[:, 3].any(), "no tick is miscounted"


@pytest.mark.parametrize(("jitter_s", "within_s"), [(0.001, 0.5), (0.003, 1.0)])
def test_lock_is_quick_at_the_start_and_after_a_step(jitter_s: float, within_s: float) -> None:
    limits = (0.2, 0.001) if jitter_s < 0.002 else (0.3, 0.0015)
    first = [settled_after(follow(ideal_ticks(120.0, 8.0), jitter_s, 0.01, seed), 120.0, 0.0, *limits)
             for seed in SEEDS]
    step = [settled_after(follow(ideal_ticks(120.0, 20.0, (10.0, 126.0)), jitter_s, 0.01, seed), 126.0, 10.0,
                          0.3, 0.0015) for seed in SEEDS]
    assert np.median(first) < within_s and np.median(step) < within_s


@settings(max_examples=60, deadline=None)
@given(st.floats(40.0, 280.0), st.floats(0.0, 0.1), st.integers(0, 1 << 30))
def test_lost_and_doubled_ticks_are_neither_missed_nor_counted(bpm: float, share: float, seed: int) -> None:
    rows = follow(ideal_ticks(bpm, 12.0), 0.0005, share / 2, seed, doubled=share / 2)
    late = rows[rows[:, 0] > 4.0]
    assert not (late[:, 3] - late[0, 3]).any()
    assert np.abs(late[:, 1] / bpm - 1.0).max() < 0.003


@given(st.floats(40.0, 280.0), st.floats(0.0, 1e6))
def test_a_perfect_clock_is_followed_perfectly(bpm: float, begins_s: float) -> None:
    estimate = TempoFilter()
    for number in range(96):
        estimate = estimate.after(begins_s + number * 60.0 / (24 * bpm))
    assert estimate.number == 95 and estimate.locked
    assert estimate.bpm == pytest.approx(bpm, rel=1e-6)


def test_half_and_double_tempo_are_found() -> None:
    for factor in (0.5, 2.0):
        rows = follow(ideal_ticks(100.0, 12.0, (6.0, 100.0 * factor)), 0.001, 0.0, 3)
        assert rows[-1, 1] == pytest.approx(100.0 * factor, abs=0.2)


@given(bpm=st.floats(60.0, 200.0), held_s=st.floats(0.005, 0.1), begins_s=st.floats(4.0, 4.1))
def test_clocks_that_were_held_up_and_came_all_at_once_are_neither_lost_nor_repeated(
        bpm: float, held_s: float, begins_s: float) -> None:
    ideal = np.arange(400) * 60.0 / (24 * bpm)
    held = (ideal >= begins_s) & (ideal < begins_s + held_s)
    estimate = TempoFilter()
    for at_s in np.where(held, begins_s + held_s, ideal):
        estimate = estimate.after(float(at_s))
    assert estimate.number == 399
    assert abs(estimate.at_s - ideal[-1]) < 0.001


TEMPI = range(60, 201, 10)


def through(due_s: np.ndarray, jitter_s: float, seed: int, lost: float = 0.0) -> list[tuple[int, TempoFilter]]:
    """(clock, filter after it) for each clock that came; the jitter is normally distributed."""
    rng = np.random.default_rng(seed)
    heard = np.sort(due_s + jitter_s * rng.standard_normal(len(due_s)))
    estimate, seen = TempoFilter(), []
    for number, at_s in enumerate(heard.tolist()):
        if number == 0 or rng.random() >= lost:
            estimate = estimate.after(at_s)
            seen.append((number, estimate))
    return seen


def right(estimate: TempoFilter, number: int, bpm: float) -> bool:
    """Whether the clock is counted right, at the right tempo."""
    return estimate.number == number and abs((estimate.bpm or 0.0) / bpm - 1.0) < 0.015


@pytest.mark.parametrize(("jitter_s", "lost"), [(0.0, 0.0), (0.0005, 0.0), (0.001, 0.0), (0.0, 0.01)])
def test_after_any_jump_tempo_and_count_are_right_within_a_beat(jitter_s: float, lost: float) -> None:
    for first, then in itertools.permutations(TEMPI, 2):
        seen = through(clock_times((first, 48), (then, 26)), jitter_s, 0, lost)
        assert right(seen[-1][1], seen[-1][0], then), f"{first} to {then} BPM"
        for number, estimate in seen:
            if number > 48 + 5:
                assert right(estimate, number, then) or not estimate.locked, f"{first} to {then} BPM"


@pytest.mark.parametrize("jitter_s", [0.0, 0.001])
@pytest.mark.parametrize(("first", "then", "turn_s"), [(120, 80, 0.5), (60, 200, 1.0), (200, 60, 1.0), (100, 180, 4.0)])
def test_a_turn_of_the_knob_is_followed_without_losing_count(first: float, then: float, turn_s: float,
                                                             jitter_s: float) -> None:
    for seed in SEEDS:
        seen = through(turned(first, then, turn_s, 3.0, 0.5), jitter_s, seed)
        assert right(seen[-1][1], seen[-1][0], then)


@pytest.mark.parametrize("apart_s", [0.0, 0.0004, 0.003])
@pytest.mark.parametrize("bpm", [60.0, 120.0, 200.0])
def test_clocks_that_come_twice_from_the_start_count_once(bpm: float, apart_s: float) -> None:
    rng = np.random.default_rng(1)
    once = clock_times((bpm, 96)) + 0.0005 * rng.standard_normal(97)
    estimate = TempoFilter()
    for at_s in np.sort(np.concatenate([once, once + apart_s])).tolist():
        estimate = estimate.after(at_s)
    assert right(estimate, 96, bpm) and estimate.locked


def test_what_skips_every_other_clock_is_not_locked() -> None:
    seen = through(clock_times((120.0, 96), (60.0, 24)), 0.0, 0)
    assert seen[96][1].locked
    for _, estimate in seen[99:]:
        assert estimate.bpm == pytest.approx(60.0, rel=0.01) or not estimate.locked
