"""Which strokes are due: against core's arithmetic, and where one score takes over from another."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import groove
from engine.core.commands import LoadKit, LoadPattern, Play, SetStep, SetTempo, apply
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks, Timeline
from engine.dsp import sequencer
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from tests import reference
from tests.sounds import impulse
from tests.strategies import patterns, ticks, timelines

RATE = 8000
CLICK = {"click": impulse()}
ALL = Kit("clicks", {name: OneShot("click", 1) for name in ("kick", "snare", "tom", "hihat", "ride", "crash")})


def playing(pattern: Pattern, bpm: float = 150.0, kit: Kit = ALL) -> Machine:
    return Machine(Timeline(bpm, RATE), pattern, kit, playing=True)


def clicking(pattern: Pattern) -> Pattern:
    """The pattern with nothing changed of the clicks that it triggers."""

    def click(step: Step | None) -> Step | None:
        return None if step is None else replace(step, overrides=Overrides())

    return replace(pattern, tracks=tuple(replace(track, steps=tuple(map(click, track.steps)))
                                         for track in pattern.tracks))


def strokes_by_frame(machine: Machine, frames: int, commands=()) -> np.ndarray:
    """The sum of the velocities triggered on each frame."""
    return render_offline(machine, CLICK, frames, commands)[:, 0]


@settings(deadline=None)
@given(st.integers(0, 1 << 40), st.integers(0, 7), st.integers(-(10**6), 10**9))
def test_chance_is_the_same_in_the_kernel_and_in_core(seed: int, track: int, grid_index: int) -> None:
    assert sequencer.chance(seed, track, grid_index) == groove.chance(seed, track, grid_index)


@settings(deadline=None)
@given(timelines, ticks)
def test_ticks_and_frames_are_the_same_in_the_kernel_and_in_core(timeline: Timeline, tick: int) -> None:
    processor = Processor(timeline.sample_rate, 64)
    machine = replace(empty_machine(timeline.sample_rate), timeline=timeline)
    score = processor.memory["scores"][processor.score(1, 0, machine, {}).value]
    frame = timeline.frames_at(tick)
    assert sequencer.frame_at(score, tick) == frame
    assert sequencer.ticks_at(score, frame + 3) == timeline.ticks_at(frame + 3)


@settings(deadline=None, max_examples=60)
@given(patterns().map(clicking), st.floats(60, 300), st.integers(0, 3))
def test_every_stroke_falls_on_its_frame_and_no_other_does(pattern: Pattern, bpm: float, bars: int) -> None:
    machine = replace(playing(pattern, bpm), phase_ticks=Ticks(bars * pattern.bar_ticks))
    expected = np.zeros(RATE)
    for frame, _, velocity in reference.strokes(machine, RATE):
        expected[frame] += velocity
    assert np.allclose(strokes_by_frame(machine, RATE), expected, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(patterns().map(clicking), st.floats(60, 300))
def test_a_pattern_taken_over_on_a_bar_line_misses_no_early_downbeat(pattern: Pattern, bpm: float) -> None:
    """What belongs to the new bar but lies before its line is triggered on the line; the rest is as it always is."""
    frames = 2 * RATE
    silent = replace(pattern, tracks=tuple(replace(t, steps=(None,) * len(t.steps)) for t in pattern.tracks))
    before, after = playing(silent, bpm), playing(pattern, bpm)
    line = after.timeline.frames_at(pattern.bar_ticks)
    expected = np.zeros(frames)
    for frame, _, velocity in reference.strokes(after, frames):
        if frame >= line:
            expected[frame] += velocity
    for index, track in enumerate(pattern.tracks):
        for grid_index in range(4 * 16 * pattern.beats_per_bar):
            step = track.steps[grid_index % len(track.steps)]
            onset = groove.step_onset_ticks(pattern, track, grid_index)
            grid = groove.grid_ticks(pattern, track, grid_index)
            if step is None or onset is None or line >= frames:
                continue
            if step.when is When.FILL:
                continue
            is_early = grid >= pattern.bar_ticks and after.timeline.frames_at(onset) < line
            sounds = step.probability == 1.0 or groove.chance(after.seed, index, grid_index) < step.probability
            if is_early and sounds and groove.sounds_on_pass(step, grid_index // len(track.steps)):
                expected[line] += step.velocity
    actual = strokes_by_frame(before, frames, [(line, LoadPattern(pattern))])
    assert np.allclose(actual, expected, atol=1e-6)


def hat(step: Step, slots: int = 16) -> Pattern:
    return Pattern((Track("hihat", (step, *(None,) * (slots - 1))),), 4)


def test_an_early_downbeat_that_was_struck_is_not_struck_again_by_the_next_pattern() -> None:
    machine = playing(hat(Step(1.0, Ticks(-40))), 120.0)
    line = machine.timeline.frames_at(3840)
    early = machine.timeline.frames_at(3800)
    louder = [(line, LoadPattern(hat(Step(0.5, Ticks(-40)))))]
    assert np.flatnonzero(strokes_by_frame(machine, line + 100, louder)).tolist() == [0, early]


def test_tracks_that_change_places_remember_what_they_struck() -> None:
    early = Step(1.0, Ticks(-40))
    rests = (None,) * 15
    both = Pattern((Track("kick", (early, *rests)), Track("snare", (None, *rests))), 4)
    turned = Pattern((Track("snare", (early, *rests)), Track("kick", (early, *rests))), 4)
    machine = playing(both, 120.0)
    line = machine.timeline.frames_at(3840)
    triggered = strokes_by_frame(machine, line + 100, [(line, LoadPattern(turned))])
    assert triggered[machine.timeline.frames_at(3800)] == 1.0 and triggered[line] == 1.0


def test_a_kit_that_arrives_between_an_early_stroke_and_its_slot_still_sounds() -> None:
    machine = playing(hat(Step(1.0, Ticks(-40))), 120.0, Kit("none"))
    arrival = machine.timeline.frames_at(3820)
    triggered = strokes_by_frame(machine, arrival + 500, [(arrival, LoadKit(ALL))])
    assert np.flatnonzero(triggered).tolist() == [arrival]


def test_starting_the_song_over_owes_nothing_to_the_song_before() -> None:
    machine = playing(hat(Step(1.0, Ticks(-40))), 120.0)
    again = machine.timeline.frames_at(3840) - 10
    triggered = strokes_by_frame(machine, again + 3000, [(again, Play())])
    assert np.flatnonzero(triggered).tolist() == [0, machine.timeline.frames_at(3800), again]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 7900), st.floats(30, 300)), max_size=12), st.sampled_from([4, 16]))
def test_no_tempo_change_loses_or_repeats_a_stroke(changes: list[tuple[int, float]], per_beat: int) -> None:
    machine = playing(Pattern((Track("kick", (Step(),) * 8, per_beat),), 4))
    commands = [(frame, SetTempo(bpm)) for frame, bpm in sorted(changes)]
    triggered = strokes_by_frame(machine, RATE, commands)
    for frame, command in commands:
        machine = apply(command, machine, frame)
    assert round(triggered.sum()) == machine.timeline.ticks_at(RATE - 1) // (960 // per_beat) + 1


@pytest.mark.parametrize("ahead", [1, 5, 11, 12, 13, 24, 25])
def test_a_stroke_just_ahead_survives_a_tempo_twice_as_fast(ahead: int) -> None:
    """The tick of the stroke comes to lie before the frame of the change: neither tempo would trigger it."""
    machine = Machine(Timeline(120.0, 48000), hat(Step(), 4), ALL, playing=True)
    line = machine.timeline.frames_at(960)
    triggered = strokes_by_frame(machine, line + 200, [(line - ahead, SetTempo(240.0))])
    assert len(np.flatnonzero(triggered[1:])) == 1


@pytest.mark.parametrize("block_frames", [64, 8192])
def test_no_block_is_so_long_that_strokes_are_forgotten(block_frames: int) -> None:
    dense = Pattern(tuple(Track(name, (Step(ratchet=8),) * 16, 16) for name in "abcdefgh"), 4)
    kit = Kit("clicks", {name: OneShot("click", 1) for name in "abcdefgh"})
    triggered = render_offline(playing(dense, 300.0, kit), CLICK, 8192, [], block_frames)[:, 0]
    assert round(triggered.sum()) == len(reference.strokes(playing(dense, 300.0, kit), 8192))


def test_a_step_entered_late_but_before_its_slot_sounds_at_once() -> None:
    machine = playing(hat(Step()), 120.0)
    now = machine.timeline.frames_at(470)
    entered = [(now, SetStep("hihat", 2, Step(1.0, Ticks(-30))))]
    assert np.flatnonzero(strokes_by_frame(machine, now + 300, entered)).tolist() == [0, now]
