"""A plugin that raises, exits, hangs or returns nonsense costs one sentence, and never an orphan."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.bridge.messages import DecomposeJob, JobFailed
from engine.bridge.segments import write_segment
from engine.bridge.wire import read_frame, write_frame
from engine.core.errors import NoOnsets, TaoError
from engine.core.methods import Methods
from engine.library.exporting import NotExported, export
from models import plugins
from models.calling import PluginFailed, extraction, separated, transcribed
from models.demo import demo_loop
from models.plugins import ExtractedShot, Extraction, Onset, TempoGuess, Transcription
from models.worker_argv import WORKER
from tests.library.values import rich_decomposition

RATE = 48000
AUDIO = np.zeros((2, RATE), np.float32)
HEARD = Transcription((Onset("kick", 0.0),), (TempoGuess(120.0, 2),))


class Stub:
    """A plugin of every kind that does as it is told."""

    name = "stub"

    def __init__(self, does: Callable[[], Any]) -> None:
        self.does = does

    def transcribe(self, *_: Any, **__: Any) -> Any:
        return self.does()

    separate = extract = revise = transcribe


def raising(error: BaseException) -> Callable[[], Any]:
    def does() -> Any:
        raise error
    return does


@pytest.mark.parametrize("error", [ValueError("bad\nshape"), KeyError("x"), SystemExit(3), RecursionError(),
                                   AssertionError()])
def test_whatever_a_plugin_raises_is_one_sentence_with_its_name(error: BaseException) -> None:
    with pytest.raises(PluginFailed, match=r"transcriber 'stub' failed .*Choose another") as failed:
        transcribed(Stub(raising(error)), AUDIO, RATE, 2)
    assert "\n" not in str(failed.value) and failed.value.__cause__ is error


@pytest.mark.parametrize("error", [NoOnsets("It is silent."), MemoryError(), KeyboardInterrupt()])
def test_what_has_a_meaning_passes(error: BaseException) -> None:
    with pytest.raises(type(error)):
        separated(Stub(raising(error)), AUDIO, RATE, HEARD)


@pytest.mark.parametrize("heard", [
    None, [], Transcription((), ()), Transcription((Onset("kick", 1e9),), HEARD.tempi),
    Transcription(("kick",), HEARD.tempi), Transcription((Onset("x" * 10_000, 0.0),), HEARD.tempi),  # type: ignore
    Transcription((Onset(7, 0.0),), HEARD.tempi), Transcription((), (TempoGuess(float("nan"), 4),))])  # type: ignore
def test_nonsense_from_a_transcriber_is_one_sentence(heard: Any) -> None:
    with pytest.raises(TaoError) as failed:
        transcribed(Stub(lambda: heard), AUDIO, RATE, 2)
    assert "\n" not in str(failed.value) and len(str(failed.value)) < 400


@pytest.mark.parametrize("stems", [None, [AUDIO], {"kick": AUDIO.T}, {"kick": "loud"}, {"kick": AUDIO[:1]}, {7: AUDIO},
                                   {"kick": AUDIO * np.nan}, {"kick": AUDIO.astype(int)}])
def test_nonsense_from_a_separator_is_one_sentence(stems: Any) -> None:
    with pytest.raises(TaoError):
        separated(Stub(lambda: stems), AUDIO, RATE, HEARD)


@pytest.mark.parametrize("shots", [{"kick": None}, {"kick": ExtractedShot(AUDIO[:, :0])},
                                   {"kick": ExtractedShot(AUDIO + np.inf)}, {"kick": ExtractedShot(AUDIO[:1])}, 3])
def test_nonsense_from_an_extractor_is_one_sentence(shots: Any) -> None:
    with pytest.raises(TaoError):
        extraction(Stub(lambda: Extraction(shots, HEARD, {})), AUDIO, RATE, {}, HEARD, plugins.ignore_progress)


def test_good_answers_pass_unchanged() -> None:
    made = Extraction({"kick": ExtractedShot(AUDIO)}, HEARD, {"kick": AUDIO})
    assert transcribed(Stub(lambda: HEARD), AUDIO, RATE, 2) is HEARD
    assert extraction(Stub(lambda: made), AUDIO, RATE, {}, HEARD, plugins.ignore_progress) is made


BAD = """
import os, subprocess, sys, time
class Bad:
    name = "bad"
    def __init__(self, how):
        self.how = how
        if how == "opening":
            raise ValueError("no ears")
    def transcribe(self, *_, **__):
        if self.how == "exit":
            sys.exit(3)
        if self.how == "hang":
            child = subprocess.Popen(["sleep", "600"])
            open(os.environ["PIDS"], "w").write(f"{os.getpid()} {child.pid}")
            time.sleep(600)
        raise ZeroDivisionError("by zero")
class Export:
    name = "bad"
    def export(self, stored, folder):
        raise ZeroDivisionError("by zero")
"""


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody else's package, installed beside Tao."""
    (tmp_path / "bad_plugin.py").write_text(BAD)
    info = tmp_path / "bad_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tao.transcribers]\nbad = bad_plugin:Bad\n"
                                           "[tao.exporters]\nbad = bad_plugin:Export\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path.cwd())]))
    monkeypatch.setenv("PIDS", str(tmp_path / "pids"))
    return tmp_path


@pytest.mark.usefixtures("third_party")
def test_an_exporter_that_fails_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotExported, match=r"bad: the exporter failed \(ZeroDivisionError: by zero\)"):
        export(rich_decomposition(), "bad", tmp_path / "out")


@pytest.mark.usefixtures("third_party")
def test_a_plugin_that_does_not_open_is_one_sentence() -> None:
    with pytest.raises(TaoError, match=r"transcriber 'bad' cannot be opened \(ValueError: no ears\)"):
        plugins.transcriber("bad:opening")


def worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            start_new_session=True)


def submit(process: "subprocess.Popen[bytes]", folder: Path, number: int, how: str) -> None:
    loop = demo_loop(RATE).audio
    segment, _ = write_segment(folder, [loop])
    job = DecomposeJob(number, segment, len(loop), 2, RATE, "take", 8, RATE, str(folder),
                       methods=Methods(f"bad:{how}", "template-masks", "least-disturbed"))
    assert process.stdin is not None
    write_frame(process.stdin, Codec(messages.TO_WORKER).encode(job))  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "said"), [("exit", "SystemExit: 3"), ("raise", "ZeroDivisionError: by zero")])
def test_a_plugin_that_exits_or_raises_costs_one_sentence_and_no_worker(third_party: Path, how: str, said: str) -> None:
    process = worker()
    try:
        for number in (1, 2):
            submit(process, third_party, number, how)
            while not isinstance(answer := read(process), JobFailed):
                pass
            assert answer.job_id == number and said in answer.sentence
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_plugin_that_hangs_ends_with_the_engine_and_so_does_what_it_started(third_party: Path) -> None:
    process = worker()
    submit(process, third_party, 1, "hang")
    pids = third_party / "pids"
    end_s = time.monotonic() + 60.0
    while not (pids.exists() and pids.read_text()) and time.monotonic() < end_s:
        time.sleep(0.05)
    assert process.stdin is not None
    process.stdin.close()  # as when the engine is killed
    assert process.wait(20.0) == -signal.SIGKILL
    child = int(pids.read_text().split()[1])
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def read(process: "subprocess.Popen[bytes]") -> Any:
    data = read_frame(process.stdout)  # type: ignore[arg-type]
    assert data is not None
    return Codec(messages.FROM_WORKER).decode(data).message
