import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.messages import (
    CancelWork,
    DecomposeFile,
    DecomposeJob,
    JobDone,
    JobFailed,
    JobNotice,
    OpenFolder,
    Progress,
    StageReady,
)
from engine.bridge.segments import map_segment, write_segment
from engine.bridge.wire import read_frame, write_frame
from engine.core.commands.reading import read_alike
from engine.core.kit import sample_id
from engine.core.loop import Reading
from engine.core.methods import Methods
from engine.library.audio_files import write_wav
from engine.library.candidates import in_kits
from engine.library.kits.decomposition import Source
from engine.library.kits.kit_folder import read_folder, write_folder
from models.decompose import decompose
from models.demo import demo_loop
from models.storing import stored
from models.worker_argv import WORKER
from tests.models.loops import TOOLS

pytestmark = pytest.mark.slow  # a worker process decomposes whole loops

RATE = 48000


class Peer:
    """The engine's side: writes messages to a real worker process, reads its answers."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.codec = Codec(messages.FROM_WORKER)

    def send(self, message: Any) -> None:
        write_frame(self.process.stdin, self.codec.encode(message))

    def end(self) -> None:
        """Kill this process, and close what led to it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def answers(self, job_id: int) -> list[Any]:
        """All messages up to the job's last word."""
        found = []
        while (data := read_frame(self.process.stdout)) is not None:
            found.append(self.codec.decode(data).message)
            if isinstance(found[-1], JobDone | JobFailed) and found[-1].job_id == job_id:
                return found
        raise AssertionError(f"the worker died: {self.process.stderr.read().decode()}")


@pytest.fixture
def peer() -> Iterator[Peer]:
    started = Peer()
    yield started
    started.end()


def job(tmp_path: Path, job_id: int = 1, beats: int | None = 8, sample_rate: int = RATE) -> DecomposeJob:
    loop = demo_loop(sample_rate)
    name, _ = write_segment(tmp_path, [loop.audio])
    return DecomposeJob(job_id, name, len(loop.audio), 2, sample_rate, "take 1", beats, RATE, str(tmp_path))


def check_samples(answers: list[Any]) -> None:
    """Every sample that a stage names was sent, and holds what its id says."""
    known: set[str] = set()
    for stage in answers:
        if isinstance(stage, StageReady):
            for name, ref in stage.samples.items():
                assert sample_id(np.array(map_segment(ref.segment, ref.frames, 2, ref.offset_frames))) == name
            assert not known & set(stage.samples), "a sample was sent twice"
            known |= set(stage.samples)
            assert {shot.sample for shot in stage.kit.one_shots.values()} <= known
            assert stage.loop is not None
            assert stage.loop.sample in known
            assert stage.loop.residual is None or stage.loop.residual in known


def test_a_recorded_loop_comes_back_in_stages(peer, tmp_path):
    peer.send(job(tmp_path))
    answers = peer.answers(1)
    stages = [message for message in answers if isinstance(message, StageReady)]
    assert [stage.stage for stage in stages] == ["slices", "pattern", "stems", "kit"]
    assert isinstance(answers[-1], JobDone)
    fractions = [message.fraction for message in answers if isinstance(message, Progress)]
    assert fractions == sorted(fractions)
    assert [message.stage for message in answers if isinstance(message, Progress)][:4] == [
        "starting", "slices", "pattern", "stems"]
    assert stages[-1].bpm == pytest.approx(92.0, abs=0.01)
    assert stages[-1].match > 0.8
    check_samples(answers)


def test_every_solved_kit_is_kept_as_a_folder(peer, tmp_path):
    kits = tmp_path / "takes"
    kits.mkdir()
    loop = demo_loop(RATE)
    write_wav(kits / "take 1.wav", loop.audio, RATE)
    peer.send(replace(job(tmp_path), kits=str(kits)))
    stages = [message for message in peer.answers(1) if isinstance(message, StageReady)]
    kept = read_folder(kits / "take 1")
    assert kept.kit.name == "take 1" and kept.pattern == stages[-1].pattern
    assert kept.source.name == "take 1.wav" and kept.source.sha256 is not None
    assert kept.kit.one_shots.keys() == stages[-1].kit.one_shots.keys()
    found = {candidate.name for candidate in in_kits(tmp_path, "kick")}
    assert "take 1: kick" in found


def test_a_file_is_decomposed_at_the_engines_rate(peer, tmp_path):
    write_wav(tmp_path / "demo.wav", demo_loop(44100).audio, 44100)
    peer.send(DecomposeFile(7, str(tmp_path / "demo.wav"), None, RATE, str(tmp_path)))
    answers = peer.answers(7)
    check_samples(answers)
    last = answers[-2]
    assert isinstance(last, StageReady)
    assert last.loop.beats == 8
    assert last.loop.frames == len(demo_loop(RATE).audio)
    readings = next(answer for answer in answers if isinstance(answer, StageReady) and answer.readings).readings
    assert len(readings) == 3 and readings[0].beats == 8 and readings[0].bpm == pytest.approx(92.0, abs=0.01)
    assert 1.0 >= readings[0].confidence >= readings[1].confidence >= readings[2].confidence


@pytest.mark.parametrize(("sure", "count", "beats"), [(True, 0, 4), (False, 3, 8)])
def test_a_take_whose_beats_are_not_known_is_read_by_what_was_played(peer, tmp_path, sure, count, beats):
    peer.send(replace(job(tmp_path, 1, beats=4), sure=sure))
    stages = [message for message in peer.answers(1) if isinstance(message, StageReady)]
    assert [len(stage.readings) for stage in stages] == [0, count, 0, 0]
    assert all(stage.loop.beats == beats for stage in stages[1:])


def test_a_file_is_read_as_the_reading_that_was_chosen(peer, tmp_path):
    write_wav(tmp_path / "demo.wav", demo_loop(RATE).audio, RATE)
    chosen = (Reading(4, 92.0, 0.1, (4, 4), 60 / 92, (60 / 92, 300 / 92)), Reading(8, 92.0, 0.9))
    peer.send(DecomposeFile(1, str(tmp_path / "demo.wav"), None, RATE, str(tmp_path), readings=chosen))
    stages = [message for message in peer.answers(1) if isinstance(message, StageReady)]
    assert stages[-1].loop.beats == 4 and stages[-1].bpm == pytest.approx(92.0, abs=0.01)
    assert [one.beats for one in stages[1].readings] == [4, 8]


def test_a_folder_is_opened_as_one_kit(peer, tmp_path):
    *_, done = decompose(demo_loop(RATE), TOOLS, RATE)
    write_folder(tmp_path / "kit", stored(done, Source("demo"), TOOLS.names))
    peer.send(OpenFolder(3, str(tmp_path / "kit"), RATE, str(tmp_path)))
    answers = peer.answers(3)
    (stage,) = [message for message in answers if isinstance(message, StageReady)]
    assert (stage.stage, stage.pattern) == ("kit", done.pattern)
    check_samples(answers)


def test_a_correction_needs_the_extractor_alone_and_says_who_made_the_rest(peer, tmp_path):
    """Also where a job with other plugins has failed in between, and for a kit that was opened."""
    others = Methods("paper:no such file", "magic", "least-disturbed")
    *_, done = decompose(demo_loop(RATE), TOOLS, RATE)
    by = TOOLS.names.changed("separator", "tao")
    write_folder(tmp_path / "kit", stored(done, Source("demo"), by))
    for number, first, wanted in ((1, replace(job(tmp_path, 1), methods=TOOLS.names), TOOLS.names),
                                  (4, OpenFolder(4, str(tmp_path / "kit"), RATE, str(tmp_path)), by)):
        peer.send(first)
        (*_, kit) = [message for message in peer.answers(number) if isinstance(message, StageReady)]
        peer.send(replace(job(tmp_path, number + 1), methods=others))
        assert isinstance(peer.answers(number + 1)[-1], JobFailed)
        peer.send(replace(job(tmp_path, number + 2), methods=others, wanted=kit.pattern, kits=str(tmp_path / "kits")))
        last = peer.answers(number + 2)[-1]
        assert isinstance(last, JobDone), last
        made_by = read_folder(Path(last.kept)).made_by
        assert [made_by[kind] for kind, _ in wanted.items()] == [name for _, name in wanted.items()]


def test_bad_jobs_get_a_sentence_and_the_next_one_is_done(peer, tmp_path):
    (tmp_path / "text.wav").write_text("not audio")
    silent, _ = write_segment(tmp_path, [np.zeros((RATE, 2), np.float32)])
    bad, _ = write_segment(tmp_path, [np.full((RATE, 2), np.nan, np.float32)])
    for number, message in enumerate([
            DecomposeFile(0, str(tmp_path / "text.wav"), None, RATE, str(tmp_path)),
            DecomposeFile(1, str(tmp_path / "none.wav"), None, RATE, str(tmp_path)),
            DecomposeJob(2, silent, RATE, 2, RATE, "silence", 2, RATE, str(tmp_path)),
            DecomposeJob(3, bad, RATE, 2, RATE, "nan", 2, RATE, str(tmp_path)),
            DecomposeJob(4, "/no/such/segment", RATE, 2, RATE, "gone", 2, RATE, str(tmp_path)),
            OpenFolder(5, str(tmp_path), RATE, str(tmp_path))]):
        peer.send(message)
        last = peer.answers(number)[-1]
        assert isinstance(last, JobFailed)
        assert last.sentence.endswith((".", "again."))
        assert "Traceback" not in last.sentence
    peer.send(job(tmp_path, 6))
    assert isinstance(peer.answers(6)[-1], JobDone)


def test_a_cancelled_job_ends_with_one_last_word(peer, tmp_path):
    peer.send(job(tmp_path, 1))
    peer.send(CancelWork(1))
    peer.send(job(tmp_path, 2))
    answers = peer.answers(2)
    last_words = [message for message in answers if isinstance(message, JobDone | JobFailed)]
    assert [message.job_id for message in last_words] == [1, 2]
    assert isinstance(last_words[1], JobDone)


def test_a_job_is_cancelled_inside_the_solve(peer, tmp_path):
    peer.send(job(tmp_path, 1))
    while True:
        message = peer.codec.decode(read_frame(peer.process.stdout)).message
        if isinstance(message, Progress) and message.fraction > 0.5:
            break
    peer.send(CancelWork(1))
    answers = peer.answers(1)
    assert answers[-1] == JobFailed(1, "The job was stopped.")
    assert not any(isinstance(message, StageReady) for message in answers)
    assert max((message.fraction for message in answers if isinstance(message, Progress)), default=0.0) < 1.0


def test_a_gpu_that_fails_costs_one_notice(peer, tmp_path):
    for number in (1, 2):
        peer.send(replace(job(tmp_path, number), methods=Methods(extractor="solve:cuda:99")))
        answers = peer.answers(number)
        assert isinstance(answers[-1], JobDone)
        notices = [message.sentence for message in answers if isinstance(message, JobNotice)]
        assert len(notices) == (1 if number == 1 else 0)
        assert all("The GPU failed" in sentence and "CPU" in sentence for sentence in notices)


def test_an_unknown_plugin_fails_the_job_with_what_is_installed_and_the_next_job_may_name_another(peer, tmp_path):
    light = Methods("onset-strength", "template-masks", "least-disturbed")
    peer.send(replace(job(tmp_path, 1), methods=light.changed("separator", "magic")))
    assert "template-masks" in peer.answers(1)[-1].sentence
    kits = tmp_path / "kits"
    for number, methods in ((2, light), (3, light.changed("extractor", "select"))):
        peer.send(replace(job(tmp_path, number), methods=methods, kits=str(kits), name=f"take {number}"))
        done = peer.answers(number)[-1]
        assert isinstance(done, JobDone)
        made_by = read_folder(Path(done.kept)).made_by
        assert [made_by[kind] for kind, _ in methods.items()] == [name for _, name in methods.items()]


def test_the_worker_ends_with_its_stdin(peer):
    peer.process.stdin.close()
    assert peer.process.wait(timeout=20) == 0


def test_garbage_ends_the_worker_with_a_sentence(peer):
    write_frame(peer.process.stdin, b"\xc1garbage")
    assert peer.process.wait(timeout=20) == 0
    assert b"The worker is stopping" in peer.process.stderr.read()


def test_a_corrected_pattern_makes_the_kit_again(peer, tmp_path):
    """Whether the worker remembers the loop, or has just been started and must hear it first."""
    peer.send(job(tmp_path, 1))
    heard = [message for message in peer.answers(1) if isinstance(message, StageReady)][-1].pattern
    kick = heard.track("kick")
    first, second = [index for index, step in enumerate(kick.steps) if step is not None][:2]
    silenced = kick.with_step(first, None).with_step(second, replace(kick.steps[second], probability=0.5))
    wanted = heard.with_track(silenced)
    fresh = Peer()
    try:
        for worker, number in ((peer, 2), (fresh, 3)):
            worker.send(replace(job(tmp_path, number), wanted=wanted))
            answers = worker.answers(number)
            (stage,) = [message for message in answers if isinstance(message, StageReady)]
            check_samples(answers)
            assert stage.pattern.track("kick").steps[first] is None
            assert stage.pattern.track("kick").steps[second].probability == 0.5
            assert stage.match > 0.5
    finally:
        fresh.end()


def test_a_loop_that_is_counted_double_is_corrected_in_that_count(peer, tmp_path):
    peer.send(job(tmp_path, 1))
    stage = [message for message in peer.answers(1) if isinstance(message, StageReady)][-1]
    doubled, _ = read_alike(stage.pattern, stage.loop, replace(stage.loop, beats=16))
    kick = doubled.track("kick")
    first = next(index for index, step in enumerate(kick.steps) if step is not None)
    peer.send(replace(job(tmp_path, 2, beats=16), wanted=doubled.with_track(kick.with_step(first, None))))
    (made,) = [message for message in peer.answers(2) if isinstance(message, StageReady)]
    new = made.pattern.track("kick")
    assert made.pattern.beats == made.loop.beats == 16 and new.steps_per_beat == kick.steps_per_beat
    assert new.steps[first] is None and made.match > 0.5


def test_a_track_with_another_role_is_solved_under_it(peer, tmp_path):
    peer.send(job(tmp_path, 1))
    heard = [message for message in peer.answers(1) if isinstance(message, StageReady)][-1].pattern
    old = heard.tracks[-1]
    wanted = replace(heard, tracks=(*heard.tracks[:-1], replace(old, name="perc 1")))
    peer.send(replace(job(tmp_path, 2), wanted=wanted))
    (stage,) = [message for message in peer.answers(2) if isinstance(message, StageReady)]
    assert old.name not in stage.kit.one_shots and stage.kit.one_shots["perc 1"].midi_note == 60
    new = stage.pattern.track("perc 1")
    assert [step is None for step in new.steps] == [step is None for step in old.steps]
