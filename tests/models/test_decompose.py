import numpy as np
import pytest

from engine.core.errors import InvalidValue, NoOnsets, TaoError
from engine.core.kit import sample_id
from engine.core.loop import Loop
from models.decompose import Tools, decompose, stereo
from models.demo import demo_loop, demo_pattern
from models.hearing.onset_strength import OnsetStrength
from models.hearing.quantize import quantize
from models.hearing.readings import Wishes
from models.plugins import Onset, TempoGuess, Transcription
from models.sounds.rendering import mix, render_tracks
from tests.models.loops import RATE, TOOLS, audio_of, noise, onsets_of, pattern_of

BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


@pytest.fixture(scope="module")
def stages():
    return list(decompose(demo_loop(RATE), TOOLS, RATE))


def test_slices_then_pattern_then_kit_come_out(stages):
    assert [stage.stage for stage in stages] == ["slices", "pattern", "stems", "kit"]


def test_every_stage_can_be_played(stages):
    for stage in stages:
        assert set(stage.kit.one_shots) == {track.name for track in stage.pattern.tracks}
        named = {shot.sample for shot in stage.kit.one_shots.values()} | {stage.loop.sample}
        assert named <= set(stage.samples)
        for name, sample in stage.samples.items():
            assert sample.dtype == np.float32
            assert sample.shape[1] == 2
            assert sample_id(sample) == name
        assert stage.loop.frames == len(stage.samples[stage.loop.sample])


def test_the_demo_is_recognised(stages):
    done = stages[-1]
    assert done.loop.beats == 8
    assert done.bpm == pytest.approx(92.0, abs=0.01)
    assert done.pattern.swing == pytest.approx(0.58, abs=0.02)
    kick = [index for index, step in enumerate(done.pattern.track("kick").steps) if step is not None]
    true = [index for index, step in enumerate(demo_pattern().track("kick").steps) if step is not None]
    assert set(true) <= set(kick)
    assert len(kick) <= len(true) + 2
    assert done.match > 0.8


def test_kit_and_residual_are_the_recording(stages):
    done = stages[-1]
    channels_first = {name: sample.T for name, sample in done.samples.items()}
    played = mix(render_tracks(done.kit, done.pattern, channels_first, done.loop.frames, RATE), done.loop.frames)
    assert np.abs(played.T + done.residual - done.audio).max() < 1e-6
    assert done.loop.residual == sample_id(done.residual)


def test_stems_add_up_to_the_recording(stages):
    done = stages[-1]
    assert np.abs(sum(done.stems.values()) - done.audio).max() < 1e-4
    assert set(done.track_match) == set(done.stems)


def test_a_loop_is_sliced_where_its_file_says_that_slices_begin():
    loop = demo_loop(RATE)
    marked = Loop(loop.audio, RATE, "marked", loop.beats, (0.0, 0.25, 0.5, 1.0))
    slices = next(decompose(marked, TOOLS, RATE))
    assert slices.stage == "slices"
    assert [onset.time_s for onset in slices.transcription.onsets] == [0.0, 0.25, 0.5, 1.0]


class TrueEars:
    """Knows what was played, as a perfect transcriber would."""

    name = "true"

    def transcribe(self, audio, sample_rate, beats=None, circular=True):
        length_s = audio.shape[1] / sample_rate
        return Transcription(tuple(onsets_of(BEAT, length_s)), (TempoGuess(240 / length_s, 4),))


def test_decomposing_a_rendered_pattern_with_true_onsets_returns_the_pattern():
    loop = Loop(audio_of(BEAT, 110.0), RATE, "beat", 4)
    *_, done = decompose(loop, Tools(TrueEars(), TOOLS.separator, TOOLS.extractor), RATE)
    for track in BEAT.tracks:
        found = done.pattern.track(track.name)
        assert found.steps_per_beat == track.steps_per_beat
        for true, step in zip(track.steps, found.steps, strict=True):
            assert (true is None) == (step is None)
            if true is not None and step is not None:
                assert step.microtiming == true.microtiming
                assert step.velocity == pytest.approx(true.velocity, abs=0.35)


def test_what_the_report_raises_ends_the_work():
    def stop_at_stems(stage, fraction):
        if stage == "stems":
            raise TaoError("stopped")

    work = decompose(demo_loop(RATE), TOOLS, RATE, stop_at_stems)
    assert [next(work).stage, next(work).stage] == ["slices", "pattern"]
    with pytest.raises(TaoError, match="stopped"):
        next(work)


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize("sample_rate", [8000, 44100, 192000])
def test_any_channels_and_rate_become_stereo_at_the_engines_rate(channels, sample_rate):
    audio = np.ones((channels, sample_rate // 10), np.float32)
    assert stereo(audio, sample_rate, 48000).shape == (2, 4800)


def test_a_clipped_loop_is_decomposed_all_the_same():
    clipped = np.clip(audio_of(BEAT, 110.0) * 20, -1, 1).astype(np.float32)
    *_, done = decompose(Loop(clipped, RATE, "clipped"), TOOLS, RATE)
    assert done.loop.beats == 4


def test_silence_and_beats_that_cannot_be_are_refused():
    for loop, error in ((Loop(np.zeros((RATE, 2), np.float32), RATE), NoOnsets),
                        (Loop(noise(2.0).T.copy(), RATE, beats=64), InvalidValue)):
        with pytest.raises(error):
            next(decompose(loop, TOOLS, RATE))


def test_a_loop_that_is_a_part_of_the_recording_keeps_all_of_it():
    beat = audio_of(BEAT, 110.0)
    recording = np.concatenate([beat, beat, beat, beat, np.zeros((RATE, 2), np.float32)])
    *_, done = decompose(Loop(recording, RATE, "long"), TOOLS, RATE)
    assert done.loop.beats == 16 and done.bpm == pytest.approx(110.0, rel=0.002)
    assert done.recording is not None and len(done.recording) == len(recording) > len(done.audio)
    best = done.readings[0]
    assert best.beats == 16 and best.cut_s == (pytest.approx(0.0, abs=0.01), pytest.approx(16 * 60 / 110, abs=0.01))


def test_an_exact_loop_is_its_whole_recording():
    *_, done = decompose(Loop(np.tile(audio_of(BEAT, 110.0), (4, 1)), RATE, "loop"), TOOLS, RATE,
                         wishes=Wishes(free=True))
    assert done.recording is None and done.loop.beats == 16


def test_a_hand_corrected_hit_changes_only_its_step():
    heard = OnsetStrength().transcribe(np.ascontiguousarray(audio_of(BEAT, 110.0).T), RATE)
    length_s = 4 * 60 / 110
    before = quantize(heard.onsets, length_s, 4)
    after = quantize([*heard.onsets, Onset("kick", length_s * 15 / 16)], length_s, 4)
    assert after.with_track(after.track("kick").with_step(15, None)) == before


@pytest.mark.parametrize("beats", [70.5, 140])
def test_a_recording_with_more_beats_than_a_pattern_has_steps_is_cut(beats: float) -> None:
    once = audio_of(pattern_of(kick="x.......x.......", snare="....x.......x..."), 120.0)
    audio = np.resize(once, (round(beats * 0.5 * RATE), *once.shape[1:]))
    audio = audio if audio.ndim == 2 else np.stack([audio, audio], axis=1)
    stages = list(decompose(Loop(np.asarray(audio, np.float32), RATE), TOOLS, RATE))
    assert stages[-1].stage == "kit"
    assert stages[-1].pattern.beats <= 64
