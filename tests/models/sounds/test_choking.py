"""Hats cut each other where the recording says so."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.kit import Kit, OneShot, sample_id
from models.sounds.choking import choked_as_recorded
from models.sounds.rendering import render_tracks
from tests.models.loops import pattern_of

RATE = 44100
PATTERN = pattern_of(hihat="x.x.x.x.x.x.x.x.", kick="x.......x.......")


@pytest.fixture
def kit_and_samples():
    rng = np.random.default_rng(2)
    ring, thump = (rng.normal(size=(RATE, 2)) * np.exp(-np.arange(RATE) / (fall * RATE))[:, None]
                   for fall in (0.4, 0.02))
    samples = {sample_id(sound): sound.T for sound in (ring.astype(np.float32), thump.astype(np.float32))}
    hat, kick = (OneShot(name, RATE) for name in samples)
    return Kit("hats", {"hihat": replace(hat, choke_group=1), "kick": kick}), samples


@pytest.mark.parametrize("group", [1, None])
def test_a_choke_group_stays_where_the_stems_have_it(kit_and_samples, group):
    kit, samples = kit_and_samples
    true = Kit("true", {**kit.one_shots, "hihat": replace(kit.one_shots["hihat"], choke_group=group)})
    stems = render_tracks(true, PATTERN, samples, 2 * RATE, RATE)
    assert choked_as_recorded(kit, PATTERN, samples, stems, RATE).one_shots["hihat"].choke_group == group


def test_short_hats_keep_their_choke_group(kit_and_samples):
    kit, samples = kit_and_samples
    short = replace(kit.one_shots["kick"], choke_group=1)
    kit = Kit("short", {"hihat": short})
    stems = render_tracks(kit, PATTERN, samples, 2 * RATE, RATE)
    assert choked_as_recorded(kit, PATTERN, samples, stems, RATE) == kit


def test_without_a_stem_nothing_is_decided(kit_and_samples):
    kit, samples = kit_and_samples
    assert choked_as_recorded(kit, PATTERN, samples, {}, RATE) == kit
