"""The verb `decompose` with many files: it goes on where it was stopped, loses nothing and hides nothing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

import tao_live
from engine.bridge.children import THREADS
from engine.library.kits.kit_folder import read_folder
from tests.models.batch import poison
from tests.test_decomposing import RATE, clicks

pytestmark = pytest.mark.slow  # processes that load torch

PROGRAM = Path(tao_live.__file__)
QUICK = ("--transcriber", "poison", "--separator", "template-masks", "--extractor", "least-disturbed", "--beats", "4")
PATIENCE_S = 120.0


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(PROGRAM), "decompose", *map(str, arguments)]


def call(environment: dict[str, str], *arguments: object, data: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), env=environment, input=data, capture_output=True, text=True,
                          check=False, timeout=500)


def write(path: Path, length_s: float = poison.FINE_S, louder: float = 1.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, louder * clicks(length_s), RATE)


def kits(folder: Path) -> dict[str, int]:
    """Every finished kit below a folder, and when it was written."""
    found = {}
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".tao-")]  # being written, and soon gone
        if "kit.json" in names:
            found[str(Path(path).relative_to(folder))] = Path(path, "kit.json").stat().st_mtime_ns
    return found


def content(folder: Path) -> dict[str, bytes]:
    """Every file's content; a WAV's is its audio, for its header holds the time of writing."""
    return {str(path.relative_to(folder)): soundfile.read(path)[0].tobytes() if path.suffix == ".wav" else
            path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def wait_for_kits(folder: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Until there are so many kits; only a stop of all progress ends the wait early."""
    before, since_s = 0, time.monotonic()
    while (found := len(kits(folder))) < count:
        assert process.poll() is None, "it ended before it was stopped"
        if found > before:
            before, since_s = found, time.monotonic()
        assert time.monotonic() - since_s < PATIENCE_S
        time.sleep(0.01)


def states() -> dict[int, tuple[str, int]]:
    """The state and the parent of every process. A bare Debian has no `ps`, macOS no /proc."""
    if not Path("/proc/self/stat").exists():
        asked = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in asked.stdout.splitlines()]
        return {int(pid): (state[0], int(parent)) for pid, parent, state in rows}
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = stat.read_text(encoding="latin-1").partition(" ")
            state, parent = rest.rpartition(") ")[2].split()[:2]
            found[int(pid)] = (state, int(parent))
    return found


def children_of(pid: int) -> list[int]:
    """The child processes."""
    return [child for child, (_, parent) in states().items() if parent == pid]


def wait_for_end(pids: list[int]) -> None:
    """Until these processes run no more."""
    since_s = time.monotonic()
    for pid in pids:
        while True:
            if states().get(pid, ("Z", 0))[0] == "Z":
                break
            assert time.monotonic() - since_s < PATIENCE_S, "a process of the pool goes on without its pool"
            time.sleep(0.01)


def loops(folder: Path, count: int = 12) -> None:
    """Loops of different content, each of which takes at least half a second."""
    for number in range(count):
        write(folder / f"{number}.wav", poison.LATE_S, 1.0 - 0.02 * number)


def assert_whole(folder: Path) -> None:
    for kit in kits(folder):
        read_folder(folder / kit)


def test_after_a_kill_the_same_command_goes_on_and_does_nothing_twice(
        tmp_path: Path, environment: dict[str, str]) -> None:
    loops(tmp_path / "loops")
    arguments = (tmp_path / "loops", "-o", tmp_path / "out", *QUICK)
    with subprocess.Popen(command(*arguments), env=environment, stderr=subprocess.PIPE, text=True) as process:
        wait_for_kits(tmp_path / "out", 3, process)
        children = children_of(process.pid)
        process.kill()
        process.communicate()
    assert children
    wait_for_end(children)
    before = kits(tmp_path / "out")
    assert 3 <= len(before) < 12
    assert_whole(tmp_path / "out")
    done = call(environment, *arguments)
    after = kits(tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert f"{len(before)} skipped" in done.stderr and len(after) == 12
    assert {kit: after[kit] for kit in before} == before
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(after), "nothing half-written is left"
    assert "12 skipped" in call(environment, *arguments).stderr
    assert "12 files decomposed" in call(environment, *arguments, "--overwrite").stderr


def test_ctrl_c_ends_at_once_and_leaves_only_whole_folders(tmp_path: Path, environment: dict[str, str]) -> None:
    loops(tmp_path / "loops")
    with subprocess.Popen(command(tmp_path / "loops", "-o", tmp_path / "out", *QUICK), env=environment,
                          stderr=subprocess.PIPE, text=True) as process:
        wait_for_kits(tmp_path / "out", 2, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130 and "interrupted" in said and "Traceback" not in said
    assert_whole(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(kits(tmp_path / "out"))


def test_what_fails_is_listed_at_the_end_and_named_as_what_it_is(tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "in/fine.wav")
    write(tmp_path / "in/deep/fine.wav", louder=0.5)
    write(tmp_path / "in/poisoned.wav", poison.EXITS_S)
    (tmp_path / "in/text.wav").write_text("no audio at all")
    (tmp_path / "in/song.mp3").write_bytes(b"%PDF-1.4 ...")
    (tmp_path / "in/readme.txt").write_text("hello")
    done = call(environment, tmp_path / "in", tmp_path / "gone.wav", "-o", tmp_path / "out", "--json", *QUICK)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [document["source"]["name"] for document in documents] == ["fine.wav", "fine.wav"]
    assert all(document["tracks"][0]["oneshot"] for document in documents)
    assert set(kits(tmp_path / "out")) == {"fine", "deep/fine"}
    lines = done.stderr.splitlines()
    failures = "\n".join(lines[-5:])
    for words in ("text.wav is a text file and is not audio", "song.mp3 is a PDF document and is not audio",
                  "poisoned.wav: The process that decomposes it died, twice", "There is no file", "4 failed"):
        assert words in failures, done.stderr
    assert "1 passed over" in lines[0]


def test_a_list_on_stdin_is_done_and_the_next_time_only_printed(tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "in/loop.wav")
    arguments = ("--files-from", "-", "-o", tmp_path / "out", "--json", *QUICK)
    first = call(environment, *arguments, data=f"{tmp_path}/in/loop.wav\n")
    again = call(environment, *arguments, data=f"{tmp_path}/in/loop.wav\n")
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert first.stdout == again.stdout and json.loads(again.stdout)["source"]["name"] == "loop.wav"


def test_one_process_two_processes_and_one_file_alone_give_the_same_bits(
        tmp_path: Path, environment: dict[str, str]) -> None:
    names = ("a", "b")
    for number, name in enumerate(names):
        write(tmp_path / f"{name}.wav", louder=1.0 - 0.1 * number)
    files = [tmp_path / f"{name}.wav" for name in names]
    solved = ("--beats", 4)  # with Tao's own plugins
    for jobs in (1, 2):
        done = call(environment, *files, "-o", tmp_path / f"jobs {jobs}", "--jobs", jobs, *solved)
        assert done.returncode == 0, done.stderr
    for name in names:
        alone = call({**environment, **THREADS}, tmp_path / f"{name}.wav", "-o", tmp_path / "alone" / name, *solved)
        assert alone.returncode == 0, alone.stderr
        expected = content(tmp_path / "alone" / name)
        assert content(tmp_path / "jobs 1" / name) == expected
        assert content(tmp_path / "jobs 2" / name) == expected


def test_a_batch_loads_neither_torch_nor_ray_itself() -> None:
    program = ("import sys, models.batch.run, models.batch.cluster\n"
               "print([name for name in ('torch', 'ray') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", program], cwd=PROGRAM.parent, capture_output=True, text=True,
                          check=True)
    assert done.stdout.strip() == "[]"


def test_a_place_in_the_way_of_an_input_is_refused_before_the_work(
        tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "a/loop.wav")
    write(tmp_path / "b/a.wav")
    done = call(environment, tmp_path / "a/loop.wav", tmp_path / "b/a.wav", "-o", tmp_path, "--overwrite", *QUICK)
    assert done.returncode == 1 and "in the way" in done.stderr and not kits(tmp_path)
