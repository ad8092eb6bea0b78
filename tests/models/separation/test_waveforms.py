"""Loops go through networks on waveforms in pieces, and come back whole."""

import numpy as np
import pytest
import torch

from engine.core.errors import UsageError
from models.plugins import Onset
from models.separation.waveforms import CYMBALS, WaveformNet, in_pieces, separated, tracks_of_sources
from tests.models.loops import RATE, noise
from tests.models.separation.nets import heard


def split(*gains):
    """A network whose sources are the mixture times each gain."""
    return lambda audio: audio[:, None] * torch.tensor(gains)[:, None, None]


@pytest.mark.parametrize("seconds", [0.05, 0.2, 1.0, 3.3])
def test_a_loop_shorter_or_longer_than_a_piece_comes_back(seconds):
    audio = noise(seconds)
    net = WaveformNet(split(0.75, 0.25), ("kick", "snare"), RATE, 20000)
    found = in_pieces(net, audio)
    assert np.allclose(found, audio * np.array([0.75, 0.25])[:, None, None], atol=1e-5)


def test_the_end_of_a_loop_is_heard_before_its_start():
    """A network that looks back finds the other end of the loop there, not silence."""
    def late(audio):
        return torch.roll(audio, 100, dims=-1)[:, None]

    audio = noise(1.0)
    found = in_pieces(WaveformNet(late, ("kick",), RATE, 16384), audio)[0]
    assert np.allclose(found[:, 1000:], np.roll(audio, 100, axis=1)[:, 1000:], atol=0.02)
    assert np.allclose(found[:, :1000], np.roll(audio, 100, axis=1)[:, :1000], atol=0.02)


@pytest.mark.parametrize(("channels", "rate"), [(1, 44100), (2, 44100), (2, 48000)])
def test_stems_add_up_to_the_loop_whatever_the_network_loses(channels, rate):
    audio = noise(1.0, rate)[:channels]
    net = WaveformNet(split(0.5, 0.2), ("kick", "snare"), 44100, 16384)
    stems = separated(net, audio, rate, heard(Onset("kick", 0.0)))
    assert list(stems) == ["kick", "snare", "tom", "hihat", "ride", "crash"]
    assert all(stem.shape == audio.shape for stem in stems.values())
    assert np.allclose(sum(stems.values()), audio, atol=1e-4)
    assert np.square(stems["kick"]).sum() > np.square(stems["snare"]).sum() > 0
    assert not stems["ride"].any()


def test_cymbals_go_to_the_cymbal_that_was_heard():
    audio = noise(1.0)
    net = WaveformNet(split(0.5, 0.5), ("kick", CYMBALS), RATE, 16384)
    ride = separated(net, audio, RATE, heard(Onset("ride", 0.0)))
    assert not ride["crash"].any()
    assert np.allclose(ride["ride"], audio / 2, atol=1e-3)
    assert np.allclose(separated(net, audio, RATE, heard())["crash"], audio / 2, atol=1e-3)
    both = separated(net, audio, RATE, heard(Onset("ride", 0.0), Onset("crash", 0.5)))
    assert both["ride"].any()
    assert both["crash"].any()
    assert np.allclose(both["ride"] + both["crash"], audio / 2, atol=1e-3)


def test_sources_are_known_by_their_usual_names():
    assert tracks_of_sources(["Kick", "toms", "hh", "platillos"], "it") == ("kick", "tom", "hihat", "cymbals")
    with pytest.raises(UsageError, match=r"it has sources that are not drums: vocals\."):
        tracks_of_sources(["kick", "vocals"], "it")
    with pytest.raises(UsageError, match="several sources for one track: tom, toms"):
        tracks_of_sources(["tom", "toms"], "it")
