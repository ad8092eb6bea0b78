import numpy as np

from models.solving.priors import at_times, shipped_prior, to_bins


def test_the_shipped_prior_knows_the_six_drums_and_fades_away():
    prior = shipped_prior()
    assert set(prior.exemplars) == {"kick", "snare", "tom", "hihat", "ride", "crash"}
    times = prior.times_s.tolist()
    for table in prior.exemplars.values():
        power = (10.0**table).mean(axis=(0, 2))
        assert power[times.index(min(times, key=lambda t: abs(t - 0.01)))] > 30 * power[-1]


def test_an_unknown_drum_may_sound_like_any():
    prior = shipped_prior()
    assert len(prior.of("cowbell")) == sum(len(table) for table in prior.exemplars.values())


def test_power_between_times_is_interpolated_and_none_comes_before():
    table = np.zeros((1, 3, 2), np.float32)
    table[:, 1] = -2.0
    power = at_times(table, np.array([0.0, 1.0, 2.0]), np.array([-0.5, 0.0, 0.5, 1.0]))
    assert np.allclose(power[0, :, 0], [1e-12, 1.0, 0.1, 0.01])


def test_bands_share_every_bin_fully():
    assert np.allclose(to_bins(shipped_prior().centres_hz, 44100, 513).sum(dim=0).numpy(), 1.0)
