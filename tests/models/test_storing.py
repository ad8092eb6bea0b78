import hashlib
from dataclasses import replace

import pytest

from engine.library.kits.decomposition import Source
from engine.library.kits.kit_folder import read_folder, write_folder
from models.batch.made import made_in, sha256_of
from models.batch.settings import Settings, tao_version
from models.decompose import decompose
from models.demo import demo_loop
from models.plugins import Onset
from models.storing import opened, source_of, stored
from tests.models.loops import RATE, TOOLS


@pytest.fixture(scope="module")
def done():
    *_, last = decompose(demo_loop(RATE), TOOLS, RATE)
    return last


def test_a_decomposition_survives_its_folder(done, tmp_path):
    write_folder(tmp_path, stored(done, Source("demo"), TOOLS.names))
    again = opened(read_folder(tmp_path), RATE)
    assert again.pattern == done.pattern
    assert again.kit == done.kit
    assert again.loop.sample == done.loop.sample
    assert again.loop.residual == done.loop.residual
    assert again.match == done.match
    assert again.transcription.tracks
    assert set(again.samples) == {shot.sample for shot in done.kit.one_shots.values()} | {
        done.loop.sample, done.loop.residual}


def test_what_is_not_sure_survives_its_folder(done, tmp_path):
    unsure = replace(done, candidates=(Onset("kick", 0.25, 0.2, 0.3), Onset("tom", 0.5, 0.4, 0.1)),
                     second_names={"kick": "tom"})
    write_folder(tmp_path, stored(unsure, Source("demo"), TOOLS.names))
    again = opened(read_folder(tmp_path), RATE)
    assert (again.candidates, again.second_names) == (unsure.candidates, unsure.second_names)


def test_a_first_hit_that_comes_a_moment_early_is_written_as_the_first(done, tmp_path):
    length_s = len(done.audio) / RATE
    early = tuple(replace(onset, time_s=length_s - 0.0004) if onset.time_s < 0.001 else onset
                  for onset in done.transcription.onsets)
    write_folder(tmp_path, stored(replace(done, transcription=replace(done.transcription, onsets=early)),
                                  Source("demo"), TOOLS.names))
    written = read_folder(tmp_path).onsets["kick"]
    assert written[0].time_s == 0.0 and max(onset.time_s for onset in written) < length_s - 0.01


def test_a_folder_is_opened_at_the_engines_rate(done, tmp_path):
    write_folder(tmp_path, stored(done, Source("demo"), TOOLS.names))
    again = opened(read_folder(tmp_path), 96000)
    assert again.sample_rate == 96000
    assert again.loop.frames == pytest.approx(done.loop.frames * 96000 / RATE, abs=1)
    assert all(len(again.samples[shot.sample]) == shot.frames for shot in again.kit.one_shots.values())
    assert again.bpm == pytest.approx(done.bpm, rel=1e-4)


def test_a_source_is_known_by_its_content(tmp_path):
    (tmp_path / "take.wav").write_bytes(b"content")
    assert source_of(tmp_path / "take.wav") == Source("take.wav", hashlib.sha256(b"content").hexdigest())


def test_a_kit_says_which_tao_made_it_and_of_what_file(done, tmp_path):
    assert stored(done, Source("demo"), TOOLS.names).made_by["tao"] == tao_version()
    asked = Settings("tao", "tao", "solve", beats=8)
    (tmp_path / "demo.wav").write_bytes(b"a recording")
    write_folder(tmp_path / "kit", stored(done, source_of(tmp_path / "demo.wav"), TOOLS.names, asked))
    made = made_in(tmp_path / "kit")
    assert made.sha256 == sha256_of(tmp_path / "demo.wav") == hashlib.sha256(b"a recording").hexdigest()
    assert made.is_by(asked) and not made.is_by(replace(asked, beats=4))
    assert made_in(tmp_path) is None and sha256_of(tmp_path) is None
