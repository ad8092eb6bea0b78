import numpy as np
import pytest

from models.demo import demo_kit
from models.plugins import Onset, TempoGuess, Transcription
from models.solving.solve import Solve
from tests.models.loops import RATE, audio_of, noise, onsets_of, pattern_of

pytestmark = pytest.mark.slow  # whole loops are solved

BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.o.x.x.x.o.")


def si_sdr(truth, found):
    frames = min(len(truth), len(found))
    truth, found = truth[:frames], found[:frames]
    best = max(float(np.dot(truth[: frames - lag], found[lag:])) ** 2 / float((truth**2).sum() * (found**2).sum())
               for lag in range(60))
    return 10 * np.log10(best / (1 - best + 1e-12))


def heard(onsets, beats=4):
    return Transcription(tuple(onsets), (TempoGuess(120.0, beats),))


def beat():
    return np.ascontiguousarray(audio_of(BEAT, 110.0).T), onsets_of(BEAT, 240 / 110)


def test_the_drums_of_a_made_loop_come_back():
    audio, onsets = beat()
    made = Solve().extract(audio, RATE, {}, heard(onsets))
    kit, samples = demo_kit(RATE)
    for track, shot in made.shots.items():
        truth = samples[kit.one_shots[track].sample].mean(axis=1)
        assert si_sdr(truth, shot.audio.mean(axis=0)) > 15.0, track
    assert np.abs(sum(made.stems.values()) - audio).max() < 1e-3


def test_hits_a_few_milliseconds_off_are_put_right_with_their_velocities():
    audio, onsets = beat()
    rng = np.random.default_rng(3)
    rough = [Onset(one.track, max(one.time_s + rng.uniform(-0.003, 0.003), 0.0)) for one in onsets]
    made = Solve().extract(audio, RATE, {}, heard(rough)).transcription
    for track in ("kick", "snare", "hihat"):
        true = [one for one in onsets if one.track == track]
        found = sorted(made.of(track), key=lambda one: (one.time_s + 0.1) % (240 / 110))
        apart = np.array([one.time_s - other.time_s for one, other in zip(found, true, strict=True)])
        assert np.median(np.abs(apart - np.median(apart))) < 0.0003
    soft = [one.velocity for one in made.of("hihat")]
    assert min(soft) == pytest.approx(0.5, abs=0.1)


def test_progress_is_told_and_what_it_raises_ends_the_work():
    audio, onsets = beat()

    def stop(share):
        if share > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Solve().extract(audio, RATE, {}, heard(onsets), stop)


@pytest.mark.parametrize(("seconds", "times"), [(2.0, [0.5]), (0.3, [0.0, 0.1]), (1.0, list(np.arange(16) / 16)),
                                                (2.0, [1.9999]), (1.0, [0.2, 0.2005])])
def test_odd_loops_do_not_raise(seconds, times):
    audio = noise(seconds)
    made = Solve().extract(audio, RATE, {}, heard([Onset("snare", float(time)) for time in times]))
    assert np.isfinite(made.shots["snare"].audio).all()
    assert made.stems["snare"].shape == audio.shape
    assert all(0.0 <= one.time_s < seconds for one in made.transcription.onsets)


def test_a_drum_that_is_silent_at_its_hits_does_no_harm():
    audio, onsets = beat()
    made = Solve().extract(audio, RATE, {}, heard([*onsets, Onset("crash", 1.0), Onset("cowbell", 1.5)]))
    assert np.abs(made.stems["crash"]).max() < np.abs(audio).max()
    assert all(np.isfinite(shot.audio).all() for shot in made.shots.values())


def test_stereo_loops_get_stereo_shots():
    audio, onsets = beat()
    wide = audio * np.array([[1.0], [0.25]], np.float32)
    shot = Solve().extract(wide, RATE, {}, heard(onsets)).shots["kick"].audio
    left, right = np.sqrt(np.square(shot).mean(axis=1))
    assert left / right == pytest.approx(4.0, rel=0.05)


def test_digital_silence_is_survived():
    made = Solve().extract(np.zeros((2, RATE), np.float32), RATE, {}, heard([Onset("kick", 0.0)]))
    assert np.isfinite(made.stems["kick"]).all()


def test_a_loop_of_one_sound_that_repeats_exactly_is_solved():
    place = np.arange(2 * RATE) % (RATE // 2)
    thump = np.exp(-place / (0.03 * RATE)) * np.sin(2 * np.pi * 60 * place / RATE)
    audio = np.repeat(0.8 * thump[None], 2, axis=0).astype(np.float32)
    made = Solve().extract(audio, RATE, {}, heard([Onset("kick", 0.5 * beat) for beat in range(4)]))
    assert si_sdr(thump[: RATE // 2], made.shots["kick"].audio[0][: RATE // 2]) > 20.0
    assert min(one.velocity for one in made.transcription.onsets) > 0.95
