"""Hits in ticks become steps that sound on the same ticks."""

from engine.library.importers.gridding import Hit, pattern_of


def test_the_coarsest_grid_that_fits_is_chosen() -> None:
    for hits, per_beat in (([0, 245, 480], 4), ([0, 320, 640], 3), ([0, 120, 240], 8), ([0, 60, 130], 16)):
        pattern, remarks = pattern_of({"kick": [Hit(tick, 1.0) for tick in hits]}, 4)
        assert pattern.tracks[0].steps_per_beat == per_beat and remarks == ()


def test_a_hit_just_before_the_end_is_the_early_downbeat() -> None:
    pattern, _ = pattern_of({"kick": [Hit(3820, 1.0)]}, 4)
    assert pattern.tracks[0].steps[0].microtiming == -20


def test_what_does_not_fit_is_said() -> None:
    pattern, remarks = pattern_of({"kick": [Hit(0, 0.5), Hit(1, 1.0)]}, 4)
    assert pattern.tracks[0].steps[0].velocity == 1.0 and "1 hits closer together" in remarks[0]
    pattern, remarks = pattern_of({"kick": [Hit(0, 0.5)]}, 100)
    assert pattern.beats == 32 and "only the first 32 beats" in remarks[0]
