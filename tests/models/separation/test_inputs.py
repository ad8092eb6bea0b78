"""The network gets the hits where they are."""

import numpy as np

from models.plugins import Onset, TempoGuess, Transcription
from models.separation.inputs import FLOOR, activations_of, inputs_of, view_of

RATE = 44100


def hits(*onsets: Onset) -> Transcription:
    return Transcription(onsets, (TempoGuess(120.0, 4.0),))


def test_a_hit_rises_at_its_place_on_every_turn_of_the_loop() -> None:
    view = view_of(RATE // 4, RATE)                      # a loop shorter than its context
    count = view.spectra.forward(np.zeros((1, RATE // 4), np.float32)).shape[2]
    trail = activations_of(count, view, hits(Onset("snare", 0.1, 0.5)))[1]
    rises = np.nonzero(np.diff(trail, prepend=trail[-1]) > 0.05)[0]
    places_s = ((rises * view.spectra.hop_frames + view.spectra.window_frames / 2) - view.spectra.context) / RATE
    off = (places_s - 0.1 + 0.125) % 0.25 - 0.125
    assert len(rises) >= 3
    assert np.abs(off).max() < 1.5 * view.spectra.hop_frames / RATE
    assert 0.25 < trail.max() <= 0.6


def test_shares_add_up_and_leave_an_unheard_drum_the_floor() -> None:
    rng = np.random.default_rng(3)
    view = view_of(RATE, RATE)
    loudness = np.abs(view.spectra.forward(rng.standard_normal((1, RATE)).astype(np.float32)))[0]
    sound, activations, shares = inputs_of(loudness, view, hits(Onset("kick", 0.0), Onset("hihat", 0.5)))
    assert np.allclose(np.exp(shares).sum(axis=0), 1 + 6 * FLOOR, atol=2e-4)
    assert np.allclose(shares[1], np.log(FLOOR))
    assert sound.shape == (7, 128, loudness.shape[1]) and activations.shape == (12, loudness.shape[1])
    assert not activations[[1, 2, 4, 5]].any()


def test_drums_that_are_no_track_are_not_told_but_do_no_harm() -> None:
    view = view_of(RATE, RATE)
    assert not activations_of(60, view, hits(Onset("cowbell", 0.2))).any()
