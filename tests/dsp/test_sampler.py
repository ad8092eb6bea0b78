from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import LoadKit, Panic, Play, SetStep, TriggerPad, apply
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Step
from engine.dsp.layout import POLYPHONY, SCORE_SLOTS, VOICES
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from engine.dsp.ring import PAD, Record
from engine.dsp.sampler import NO_RELEASE, hermite_weights

RATE = 48000
TONE = np.repeat(np.sin(2 * np.pi * 200 * np.arange(96000) / RATE)[:, None], 2, 1).astype(np.float32)


def with_kit(**one_shots: OneShot) -> Machine:
    return replace(empty_machine(RATE), kit=Kit("test", one_shots))


def loudest_step(audio: np.ndarray) -> float:
    """The largest difference between neighbouring frames: what a click is made of."""
    return float(np.abs(np.diff(audio, axis=0)).max())


@given(st.floats(0, 1), st.floats(-2, 2), st.floats(-2, 2))
def test_hermite_meets_its_points_and_follows_a_line(fraction: float, height: float, slope: float) -> None:
    assert hermite_weights(0.0) == (0.0, 1.0, 0.0, 0.0) and hermite_weights(1.0) == (0.0, 0.0, 1.0, 0.0)
    line = [height + slope * place for place in (-1, 0, 1, 2)]
    value = sum(weight * point for weight, point in zip(hermite_weights(fraction), line, strict=True))
    assert abs(value - (height + slope * fraction)) < 1e-12


def test_a_centred_pad_at_full_velocity_is_the_sample_bit_for_bit() -> None:
    machine = with_kit(kick=OneShot("tone", len(TONE)))
    audio = render_offline(machine, {"tone": TONE}, 5000, [(100, TriggerPad("kick", 1.0))])
    assert not audio[:100].any() and np.array_equal(audio[100:], TONE[:4900])


def test_pan_is_a_balance_that_leaves_the_near_side_alone() -> None:
    machine = with_kit(kick=OneShot("tone", len(TONE), pan=1.0))
    audio = render_offline(machine, {"tone": TONE}, 500, [(0, TriggerPad("kick", 1.0))])
    assert not audio[:, 0].any() and np.array_equal(audio[:, 1], TONE[:500, 1])


def test_an_octave_up_is_half_as_long() -> None:
    machine = with_kit(kick=OneShot("tone", 1000, pitch_semitones=12.0))
    audio = render_offline(machine, {"tone": TONE}, 2000, [(0, TriggerPad("kick", 1.0))])
    assert audio[400:500].any() and not audio[501:].any()


def test_choking_takes_two_milliseconds_without_a_click() -> None:
    open_hat, closed = OneShot("tone", len(TONE), choke_group=1), OneShot("silence", 10, choke_group=1)
    machine = with_kit(ride=open_hat, hihat=closed)
    sounds = {"tone": TONE, "silence": np.zeros((10, 2), np.float32)}
    audio = render_offline(machine, sounds, 12000, [(0, TriggerPad("ride", 1.0)), (6000, TriggerPad("hihat", 1.0))])
    assert np.array_equal(audio[:6000], TONE[:6000])
    assert audio[6000:6090].any() and not audio[6096:].any()
    assert loudest_step(audio) < 0.04


def test_the_next_voice_past_the_polyphony_takes_the_oldest_without_a_click() -> None:
    processor = Processor(RATE, 256)
    machine = with_kit(kick=OneShot("tone", len(TONE), gain=0.01))
    processor.push([processor.score(1, 0, machine, {"tone": TONE})])
    silence = np.zeros((256, 2), np.float32)
    heard = []
    for block in range(POLYPHONY + 8):
        processor.push([Record(PAD, 10 + block, 0, 0, 1.0)])
        heard.append(processor.process(silence, block * 256).copy())
        processor.drain()
    voices = processor.memory["voices"]
    assert (voices["active"] != 0).sum() <= POLYPHONY + 1
    assert loudest_step(np.concatenate(heard)) < 0.01 * loudest_step(TONE) * (POLYPHONY + 2)


def test_even_a_burst_beyond_all_slots_keeps_the_newest_stroke() -> None:
    processor = Processor(RATE, 256)
    processor.push([processor.score(1, 0, with_kit(kick=OneShot("tone", len(TONE))), {"tone": TONE})])
    silence = np.zeros((256, 2), np.float32)
    for batch in range(2):
        processor.push([Record(PAD, 10 + batch * 60 + k, 0, 0, 1.0) for k in range(60)])
        processor.process(silence, batch * 256)
        processor.drain()
    voices = processor.memory["voices"]
    held = (voices["active"] != 0) & (voices["release_age"] == NO_RELEASE)
    assert held.sum() == POLYPHONY and (voices["active"] != 0).sum() <= VOICES


def test_panic_silences_everything_within_two_milliseconds() -> None:
    machine = with_kit(kick=OneShot("tone", len(TONE)))
    audio = render_offline(machine, {"tone": TONE}, 4000, [(0, TriggerPad("kick", 1.0)), (1000, Panic())])
    assert audio[:1000].any() and not audio[1096:].any()


def test_a_broken_sample_is_silence_and_does_not_stick() -> None:
    bad = TONE[:1000].copy()
    bad[500] = np.nan
    bad[600] = np.inf
    machine = with_kit(kick=OneShot("bad", 1000))
    audio = render_offline(machine, {"bad": bad}, 4000, [(0, TriggerPad("kick", 1.0)), (2000, TriggerPad("kick", 1.0))])
    assert np.isfinite(audio).all() and np.array_equal(audio[2000:2500], bad[:500])


def test_a_kit_swap_lets_the_old_tail_ring() -> None:
    machine = apply(SetStep("kick", 0, Step(1.0)), with_kit(kick=OneShot("tone", len(TONE))), 0)
    swap = LoadKit(Kit("other", {"kick": OneShot("silence", 10)}))
    sounds = {"tone": TONE, "silence": np.zeros((10, 2), np.float32)}
    audio = render_offline(machine, sounds, 20000, [(0, Play()), (5000, swap)])
    assert np.array_equal(audio, TONE[:20000])


def test_a_pad_that_the_new_pattern_has_no_track_for_is_silent() -> None:
    """The pad was triggered for the old pattern; its slot once held a one-shot whose memory may be gone."""
    processor = Processor(RATE, 128)
    full = with_kit(crash=OneShot("tone", len(TONE)))
    small = replace(full, pattern=replace(full.pattern, tracks=full.pattern.tracks[:1]))
    silence = np.zeros((128, 2), np.float32)
    for sequence in range(1, 2 * SCORE_SLOTS):
        machine = full if sequence < SCORE_SLOTS + 2 else small
        processor.push([processor.score(sequence, 0, machine, {"tone": TONE})])
        processor.process(silence, sequence * 128)
        processor.drain()
    processor.push([Record(PAD, 1000, 0, 5, 1.0)])
    assert not processor.process(silence, 2 * SCORE_SLOTS * 128).any() and processor.sounding() == set()


def test_the_meter_of_a_track_falls_with_its_envelope() -> None:
    processor = Processor(RATE, 4800)
    machine = with_kit(kick=OneShot("ones", 48000, decay_s=0.4))
    ones = np.ones((48000, 2), np.float32)
    processor.push([processor.score(1, 0, machine, {"ones": ones}), Record(PAD, 2, 0, 0, 0.5)])
    levels = []
    for block in range(5):
        processor.process(np.zeros((4800, 2), np.float32), block * 4800)
        levels.append(float(processor.memory["track_peaks"][0]))
    assert np.allclose(levels, [0.5, 0.375, 0.25, 0.125, 0.0], atol=1e-3)
