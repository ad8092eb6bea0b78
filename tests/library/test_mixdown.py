"""The mixdown plays what the solver's own renderer plays."""

import numpy as np

from engine.core.kit import Kit, Layer, OneShot, sample_id
from engine.core.pattern import Pattern, Step, Track
from engine.library.mixdown import mixdown
from engine.library.strokes import Stroke, ruled_strokes
from models.sounds.rendering import mix, render_tracks
from tests.library.values import RATE, sound


def test_a_plain_kit_sounds_as_the_models_render_it() -> None:
    kick, other, hat = sound(1), sound(2), sound(3, 20000)
    kit = Kit("k", {"kick": OneShot(sample_id(kick), len(kick), 0.5,
                                    layers=(Layer(sample_id(other), len(other), 0.0),)),
                    "hihat": OneShot(sample_id(hat), len(hat), choke_group=1)})
    pattern = Pattern((Track("kick", (Step(1.0), None, Step(0.5, ratchet=2), None)),
                       Track("hihat", (Step(0.3), Step(0.4), None, None))), 2)
    samples = {sample_id(audio): audio for audio in (kick, other, hat)}
    played = {track.name: ruled_strokes(pattern, track, 1) for track in pattern.tracks}
    ours = mixdown(kit, samples, RATE, played, pattern.ticks, 120.0)
    stems = render_tracks(kit, pattern, {name: audio.T for name, audio in samples.items()}, RATE, RATE)
    assert np.allclose(ours[9000:], mix(stems, RATE).T[9000:], atol=1e-6), "before that, the loop's tail rings"


def test_what_is_played_after_the_end_is_left_out() -> None:
    long = np.ones((RATE, 2), np.float32)
    kit = Kit("k", {"a": OneShot("long", RATE)})
    played = {"a": [Stroke(0, 1, 1.0, "a"), Stroke(970, 1, 1.0, "a"), Stroke(1920, 1, 1.0, "a")]}
    out = mixdown(kit, {"long": long}, RATE, played, 960, 120.0)
    assert out.shape == (RATE // 2, 2) and (out == 1.0).all()
