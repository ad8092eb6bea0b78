from dataclasses import replace

import numpy as np
import pytest

from engine.core.kit import Kit, Layer, OneShot, sample_id
from engine.core.machine import Machine
from engine.core.pattern import Step
from engine.core.timeline import Timeline
from engine.dsp.offline import render_offline
from models.demo import BEATS, BPM, demo_kit, demo_loop, demo_pattern
from models.sounds.rendering import CHOKE_S, add_circular, choked, mix, render_tracks
from tests.models.loops import pattern_of

RATE = 48000


@pytest.mark.slow
def test_the_loop_is_what_the_engine_plays_the_second_time_round():
    kit, samples = demo_kit(RATE)
    loop = demo_loop(RATE)
    frames = len(loop.audio)
    timeline = Timeline(60.0 * BEATS * RATE / frames, RATE)
    engine = render_offline(Machine(timeline, demo_pattern(), kit, playing=True), samples, 2 * frames)
    worst = np.abs(engine[frames:] - loop.audio).max()
    assert 20 * np.log10(worst + 1e-12) < -90
    assert abs(timeline.bpm - BPM) < 1e-3


def test_choked_hits_match_the_engine_too():
    kit, samples = demo_kit(RATE)
    open_hat = OneShot(kit.one_shots["snare"].sample, kit.one_shots["snare"].frames, choke_group=1)
    kit = Kit("choked", {"hihat": open_hat})
    pattern = pattern_of(hihat="xxx.x.xxo.xox.x.")
    frames = 2 * RATE
    machine = Machine(Timeline(120.0, RATE), pattern, kit, playing=True)
    engine = render_offline(machine, samples, 2 * frames)
    ours = mix(render_tracks(kit, pattern, {name: one.T for name, one in samples.items()}, frames, RATE), frames)
    assert np.abs(engine[frames:].T - ours).max() < 2e-3


def test_a_tail_longer_than_the_loop_goes_round_and_round():
    out = np.zeros((1, 10))
    add_circular(out, np.ones((1, 25)), 7)
    assert out.sum() == 25
    assert out[0, 7] == 3
    assert out[0, 6] == 2


def test_a_choked_voice_is_silent_two_milliseconds_later():
    voice = choked(np.ones((2, 4800), np.float32), 1000, RATE)
    assert voice.shape[1] == 1000 + round(CHOKE_S * RATE)
    assert (voice[:, :1000] == 1).all()
    assert voice[0, -1] == 0


def test_a_track_without_a_sound_is_left_out():
    sample = np.ones((10, 2), np.float32)
    kit = Kit("half", {"kick": OneShot(sample_id(sample), 10)})
    stems = render_tracks(kit, pattern_of(kick="x...", snare="x..."), {sample_id(sample): sample.T}, RATE, RATE)
    assert list(stems) == ["kick"]


def test_recordings_by_velocity_and_in_turns_sound_as_the_engine_plays_them():
    rng = np.random.default_rng(4)
    bank = {}
    for _ in range(4):
        sample = (rng.normal(size=(4000, 2)) * np.exp(-np.arange(4000) / 500)[:, None] * 0.1).astype(np.float32)
        bank[sample_id(sample)] = sample
    main, soft, one, other = bank
    layers = (Layer(soft, 4000, 1 / 127, 0.5), Layer(main, 4000, 0.6), Layer(one, 4000, 0.9), Layer(other, 4000, 0.9))
    kit = Kit("layers", {"snare": OneShot(main, 4000, layers=layers)})
    pattern = pattern_of(snare="x.xoxxox.x.oxooo")
    steps = list(pattern.tracks[0].steps)
    steps[4], steps[7], steps[13] = Step(1.0, ratchet=3), Step(0.7), Step(0.005)
    pattern = pattern.with_track(replace(pattern.tracks[0], steps=tuple(steps)))
    frames = 2 * RATE
    engine = render_offline(Machine(Timeline(120.0, RATE), pattern, kit, playing=True), bank, frames)
    ours = mix(render_tracks(kit, pattern, {name: sample.T for name, sample in bank.items()}, frames, RATE), frames)
    assert np.abs(engine[4000:].T - ours[:, 4000:]).max() < 1e-5  # before, the last tail of ours goes round the end
