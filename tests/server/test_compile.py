"""The engine is compiled by one process at a time, which reports progress and never outlives its starter."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_engine import COMPILE, environment, ran, small_engine
from tests.terminal import open_terminal

pytestmark = pytest.mark.slow  # kernels are compiled, in several processes

SLOW = {"SLOW_S": "600"}
GIVEN_UP_AFTER = "import sys, engine.server.compile as c; c.STALL_S = {}; sys.exit(c.main())"


@contextlib.contextmanager
def compiling(folder: Path, *argv: str, **changes: str) -> Iterator["subprocess.Popen[str]"]:
    """A set-up, or a start, that compiles."""
    process = subprocess.Popen(argv or COMPILE, cwd=folder, env=environment(**changes), stderr=subprocess.PIPE,
                               text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def base(folder: Path) -> Path:
    return folder / "engine/__pycache__"


def compiler(folder: Path) -> int:
    """The process id of the compiler that has the lock, once it is in the middle of its work."""
    until_s = time.monotonic() + 60
    while not any(file.read_text().startswith("1 3") for file in base(folder).glob("kernels-*/compiled")):
        assert time.monotonic() < until_s
        time.sleep(0.02)
    return int((base(folder) / "compiler.lock").read_text())


def wait_for_end(pid: int) -> None:
    until_s = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < until_s, "the compiler outlives its starter"
        time.sleep(0.02)


def test_compiling_counts_all_kernels_and_does_nothing_the_second_time(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    done = ran(folder, *COMPILE[1:])
    assert done.returncode == 0, done.stderr
    assert "0 of 3 kernels" in done.stderr and "3 of 3 kernels" in done.stderr and not done.stdout
    assert len(list(base(folder).rglob("*.nbc"))) == 3
    began_s = time.monotonic()
    again = ran(folder, *COMPILE[1:])
    assert again.returncode == 0 and "compiled (3 kernels)" in again.stderr and " of " not in again.stderr
    assert time.monotonic() - began_s < 60


def test_a_terminal_shows_a_bar(tmp_path: Path) -> None:
    ours, theirs = open_terminal()
    process = subprocess.Popen(COMPILE, cwd=small_engine(tmp_path), env=environment(TERM="xterm"), stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal closes with its program
        while piece := os.read(ours, 1 << 16):
            shown += piece
    os.close(ours)
    assert process.wait(20) == 0 and b"compiling the audio engine" in shown and b"3/3" in shown


def test_a_second_start_waits_for_the_first_compiler(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    with compiling(folder, SLOW_S="4") as first:
        pid = compiler(folder)
        with compiling(folder) as second:
            time.sleep(1.0)
            assert second.poll() is None and compiler(folder) == pid
            _, output = second.communicate(timeout=60)
            assert second.returncode == 0 and first.wait(60) == 0
    assert "1 of 3 kernels" in output and "3 of 3 kernels" in output
    assert all(file.name.endswith(".1.nbc") for file in base(folder).rglob("*.nbc"))


def test_the_compiler_ends_with_a_starter_that_is_killed(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    with compiling(folder, **SLOW) as first:
        pid = compiler(folder)
        first.kill()
        wait_for_end(pid)
    assert ran(folder, *COMPILE[1:]).returncode == 0, "the lock of a killed compiler is free"


def test_ctrl_c_ends_the_compiler_without_a_traceback(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    with compiling(folder, **SLOW) as first:
        pid = compiler(folder)
        first.send_signal(signal.SIGINT)
        _, output = first.communicate(timeout=20)
        assert first.returncode == 130 and "Traceback" not in output
        wait_for_end(pid)


def test_a_compiler_that_is_killed_is_told_with_a_remedy(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    with compiling(folder, **SLOW) as first:
        os.kill(compiler(folder), signal.SIGKILL)
        _, output = first.communicate(timeout=20)
    assert first.returncode == 1 and "killed (signal 9)" in output and "memory" in output
    assert ran(folder, *COMPILE[1:]).returncode == 0


def test_only_a_compiler_that_stands_still_is_given_up(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    with compiling(folder, sys.executable, "-c", GIVEN_UP_AFTER.format(4.0), **SLOW) as first:
        _, output = first.communicate(timeout=60)
    assert first.returncode == 1 and "no progress" in output
    assert str(base(folder) / "compiler.log") in output and (base(folder) / "compiler.log").exists()
    busy = (folder / "engine/dsp/middle.py").read_text().replace("time.sleep(", "end = time.process_time() + (") + (
        "\nwhile time.process_time() < end:\n    pass\n")
    (folder / "engine/dsp/middle.py").write_text(busy)
    assert ran(folder, "-c", GIVEN_UP_AFTER.format(4.0), SLOW_S="5").returncode == 0


def test_a_kernel_that_does_not_compile_is_told_with_the_log(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    rest = folder / "engine/dsp/rest.py"
    rest.write_text(rest.read_text().replace("outer(x)", "nothing(x)"))
    done = ran(folder, *COMPILE[1:])
    assert done.returncode == 1 and str(base(folder) / "compiler.log") in done.stderr
    assert "nothing" in (base(folder) / "compiler.log").read_text()


def test_an_edit_while_compiling_leaves_no_code_behind(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    constants = folder / "engine/dsp/constants.py"
    with compiling(folder, SLOW_S="2") as first:
        compiler(folder)
        constants.write_text("STEP = 5\n")
        _, output = first.communicate(timeout=60)
    assert first.returncode == 1 and "changed while" in output
    assert not list(base(folder).glob("kernels-*"))
    assert ran(folder, *COMPILE[1:]).returncode == 0


def test_code_that_was_removed_is_compiled_again(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    ran(folder, *COMPILE[1:])
    next(base(folder).rglob("*.nbc")).unlink()
    done = ran(folder, *COMPILE[1:])
    assert done.returncode == 0 and "3 of 3" in done.stderr and len(list(base(folder).rglob("*.nbc"))) == 3


def in_a_small_disk(folder: Path, size: str, options: str = "rw", then: str = "") -> "subprocess.CompletedProcess[str]":
    """Compile with a cache on a file system of its own, then run more commands there."""
    cache = folder / "cache"
    cache.mkdir()
    script = (f"mount -t tmpfs -o size={size},{options} tmpfs '{cache}' && export NUMBA_CACHE_DIR='{cache}' && "
              f"{' '.join(COMPILE)} {then}")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=folder, env=environment(), capture_output=True,
                          text=True, timeout=120, check=False)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr}")
    return done


def test_a_full_cache_is_told_with_a_remedy(tmp_path: Path) -> None:
    done = in_a_small_disk(small_engine(tmp_path), "24k")
    assert done.returncode == 1 and "No space left" in done.stderr and "Make room" in done.stderr, done.stderr


def test_a_read_only_cache_is_told_with_a_remedy(tmp_path: Path) -> None:
    done = in_a_small_disk(small_engine(tmp_path), "1m", "ro")
    assert done.returncode == 1 and "read-only" in done.stderr and "NUMBA_CACHE_DIR" in done.stderr, done.stderr


def test_a_cache_that_is_a_file_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = small_engine(tmp_path)
    done = subprocess.run(COMPILE, cwd=folder, env=environment(NUMBA_CACHE_DIR=str(tmp_path / "file")),
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1 and f"cannot be kept in {tmp_path / 'file'} (" in done.stderr, done.stderr
    assert "Set NUMBA_CACHE_DIR to a folder you can write to." in done.stderr


def test_a_read_only_cache_that_holds_all_is_used(tmp_path: Path) -> None:
    program = "from engine.dsp.middle import outer; print(outer(1), outer.stats.cache_hits.total())"
    done = in_a_small_disk(small_engine(tmp_path), "1m", then="&& mount -o remount,ro cache && "
                           f"{' '.join(COMPILE)} && {sys.executable} -c '{program}'")
    assert done.returncode == 0 and done.stdout.split() == ["2", "1"], done.stderr
