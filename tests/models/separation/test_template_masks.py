import numpy as np

from engine.core.kit import Kit
from models.demo import demo_kit
from models.plugins import TempoGuess, Transcription
from models.separation.template_masks import TemplateMasks
from models.sounds.rendering import mix, render_tracks
from tests.models.loops import RATE, onsets_of, pattern_of

BEAT = pattern_of(kick="x...o.x.x.x.....", snare="....x..o....x...", hihat="x.x.x.xxx.x.x.x.", tom="..............x.")


def test_stems_add_up_to_the_loop_and_resemble_the_drums():
    kit, samples = demo_kit(RATE)
    kit = Kit("with tom", {**kit.one_shots, "tom": kit.one_shots["kick"]})
    frames = 2 * RATE
    true = render_tracks(kit, BEAT, {name: sample.T for name, sample in samples.items()}, frames, RATE)
    loop = mix(true, frames)
    heard = Transcription(tuple(onsets_of(BEAT, 2.0)), (TempoGuess(120.0, 4),))
    stems = TemplateMasks().separate(loop, RATE, heard)
    assert set(stems) == {"kick", "snare", "hihat", "tom"}
    assert np.abs(sum(stems.values()) - loop).max() < 1e-4
    for track in ("kick", "snare", "hihat"):
        error = np.square(true[track] - stems[track]).sum() / np.square(true[track]).sum()
        assert 10 * np.log10(error) < -6, track


def test_one_drum_gets_the_whole_loop():
    pattern = pattern_of(kick="x...x...x...x...")
    kit, samples = demo_kit(RATE)
    loop = mix(render_tracks(kit, pattern, {name: one.T for name, one in samples.items()}, RATE * 2, RATE), RATE * 2)
    heard = Transcription(tuple(onsets_of(pattern, 2.0)), (TempoGuess(120.0, 4),))
    (stem,) = TemplateMasks().separate(loop, RATE, heard).values()
    assert np.abs(stem - loop).max() < 1e-5
