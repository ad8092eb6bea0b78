"""Errors are as frequent as their rates say."""

import numpy as np

from models.training.train.transcription_errors import ErrorRates, draw_error_rates, with_errors

TRUE = [("kick", 0.5 * beat, 0.8) for beat in range(16)] + [("hihat", 0.25 * step, 0.5) for step in range(32)]


def test_without_errors_every_hit_is_there(rng: np.random.Generator) -> None:
    heard = with_errors(TRUE, 8.0, ErrorRates(), rng)
    assert sorted((onset.track, onset.time_s, onset.velocity) for onset in heard.onsets) == sorted(TRUE)


def test_hits_are_missed_invented_and_moved(rng: np.random.Generator) -> None:
    missed = np.mean([len(with_errors(TRUE, 8.0, ErrorRates(missed=0.25), rng).onsets) for _ in range(60)])
    invented = np.mean([len(with_errors(TRUE, 8.0, ErrorRates(invented=0.25), rng).onsets) for _ in range(60)])
    assert abs(missed / len(TRUE) - 0.75) < 0.05 and abs(invented / len(TRUE) - 1.25) < 0.05
    moved = with_errors(TRUE, 8.0, ErrorRates(jitter_s=0.005, velocity_spread=0.2), rng)
    nearest = [min(abs(onset.time_s - time_s) for _, time_s, _ in TRUE) for onset in moved.onsets]
    assert 0.001 < np.mean(nearest) < 0.008
    assert np.std([onset.velocity for onset in moved.of("kick")]) > 0.05


def test_some_hit_always_stays_and_a_third_has_no_errors(rng: np.random.Generator) -> None:
    assert with_errors(TRUE[:1], 8.0, ErrorRates(missed=1.0), rng).onsets
    assert 0.25 < np.mean([draw_error_rates(rng) == ErrorRates() for _ in range(400)]) < 0.42
