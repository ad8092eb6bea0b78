"""The verb `transform`."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from engine.library.outputs import OutputRefused
from tao_live import cli
from tests.models.loops import RATE, audio_of, pattern_of

QUICK = ("--transcriber", "onset-strength", "--separator", "template-masks", "--extractor", "least-disturbed")


@pytest.fixture
def loops(tmp_path):
    """Two loops, as files."""
    for name, bpm, kick in (("one", 120.0, "x.......x......."), ("two", 100.0, "x..x..x...x.....")):
        pattern = pattern_of(kick=kick, snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")
        soundfile.write(tmp_path / f"{name}.wav", audio_of(pattern, bpm), RATE)
    return tmp_path


def run(*words):
    return CliRunner().invoke(cli, ["transform", *map(str, words)], catch_exceptions=False)


@pytest.mark.slow
def test_two_files_become_a_loop_at_the_targets_length(loops):
    out = loops / "out.wav"
    done = run(loops / "one.wav", loops / "two.wav", "-o", out, *QUICK, "--json")
    assert done.exit_code == 0, done.output
    audio, rate = soundfile.read(out)
    assert len(audio) == pytest.approx(4 * 60 / 100.0 * RATE, abs=2)
    assert rate == RATE and np.isfinite(audio).all()
    assert json.loads(done.stdout)["beats"] == 4
    assert "uncertain" in done.stderr or "BPM" in done.stderr


@pytest.mark.slow
def test_folders_of_decompositions_are_taken_as_they_are(loops):
    made = CliRunner().invoke(cli, ["decompose", str(loops / "one.wav"), "-o", str(loops / "kit"), *QUICK])
    assert made.exit_code == 0, made.output
    done = run(loops / "kit", loops / "two.wav", "-o", loops / "out.wav", *QUICK)
    assert done.exit_code == 0, done.output


def test_nothing_is_overwritten_unasked(loops):
    (loops / "out.wav").write_bytes(b"mine")
    with pytest.raises(Exception, match="exists already"):
        run(loops / "one.wav", loops / "two.wav", "-o", loops / "out.wav")
    assert (loops / "out.wav").read_bytes() == b"mine"


def test_an_unknown_method_is_named_with_those_that_exist(loops):
    with pytest.raises(Exception, match="kit and latent"):
        run(loops / "one.wav", loops / "two.wav", "-o", loops / "out.wav", "--method", "magic")


def test_a_missing_target_is_named_before_the_source_is_decomposed(loops):
    with pytest.raises(Exception, match=r"no file or folder .*three.wav"):
        run(loops / "one.wav", loops / "three.wav", "-o", loops / "out.wav", "--transcriber", "no such plugin")
    (loops / "empty").mkdir()
    with pytest.raises(Exception, match=r"empty' holds no kit\.json"):
        run(loops / "one.wav", loops / "empty", "-o", loops / "out.wav", "--transcriber", "no such plugin")


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--method", "latent"), ("--residual", "latent")])
def test_the_latent_method_comes_with_weights(loops, options):
    done = run(loops / "one.wav", loops / "two.wav", "-o", loops / "out.wav", *options, *QUICK)
    assert done.exit_code == 0, done.output
    audio, _ = soundfile.read(loops / "out.wav")
    assert len(audio) == pytest.approx(4 * 60 / 100.0 * RATE, abs=2) and np.isfinite(audio).all() and audio.any()


@pytest.mark.parametrize(("residual", "said"), [("magic", "none, steps, bed, latent"), ("bed:x", "not known"),
                                                ("latent:no such file", "no such file")])
def test_an_unknown_residual_is_refused_before_anything_is_decomposed(loops, residual, said):
    with pytest.raises(Exception, match=said):
        run(loops / "one.wav", loops / "two.wav", "-o", loops / "out.wav", "--residual", residual, "--transcriber",
            "no such plugin")


def test_neither_loop_is_ever_replaced(loops):
    for out in ("one.wav", "two.wav"):
        before = (loops / out).read_bytes()
        with pytest.raises(OutputRefused, match="take the place of what is read"):
            run(loops / "one.wav", loops / "two.wav", "-o", loops / out, "--overwrite", *QUICK)
        assert (loops / out).read_bytes() == before


def test_nan_is_no_tempo(loops):
    done = run(loops / "one.wav", loops / "two.wav", "-o", loops / "out.wav", "--bpm", "nan", *QUICK)
    assert done.exit_code == 2 and "'nan' is not a number" in done.output
