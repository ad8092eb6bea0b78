"""The doctor says what is ready, what is not, and what to do about it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.dsp.kernel_cache import ENGINE, Compiled, declared, record
from engine.server import doctor
from engine.server.doctor import Check


@pytest.mark.parametrize(("check", "passed"), [
    (doctor.python_version((3, 11)), True), (doctor.python_version((3, 14)), False),
    (doctor.priority(0, 0, root=False), False), (doctor.priority(0, 95, root=False), True),
    (doctor.priority(0, 0, root=True), True),
    (doctor.locked_memory(8 << 20, 8 << 20, root=False), False), (doctor.locked_memory(-1, -1, root=False), True),
    (doctor.terminal({"TERM": "xterm"}, os.terminal_size((80, 24)), "utf-8"), True),
    (doctor.terminal({"TERM": "xterm"}, os.terminal_size((79, 24)), "utf-8"), False),
    (doctor.shipped_weights(("tao", None)), True), (doctor.shipped_weights(("tao", "damaged")), False),
    (doctor.terminal({"TERM": "dumb"}, os.terminal_size((80, 24)), "utf-8"), False),
])
def test_each_check_can_pass_and_fail(check: Check, passed: bool) -> None:
    assert check.passed is passed
    assert check.line().startswith("pass" if passed else "FAIL") and (passed or check.remedy in check.line())


def test_a_governor_that_saves_power_fails_and_one_that_cannot_be_read_does_not(tmp_path: Path) -> None:
    file = tmp_path / "governor"
    assert doctor.governor(file).passed
    file.write_text("powersave\n")
    assert not doctor.governor(file).passed
    file.write_text("performance\n")
    assert doctor.governor(file).passed


def test_the_doctor_counts_the_kernels_that_are_compiled(tmp_path: Path) -> None:
    total = len(declared(ENGINE))
    check = doctor.kernel_cache(tmp_path)
    assert not check.passed and f"0 of {total} kernels" in check.found and "tao_live.py compile" in check.remedy
    record(tmp_path, Compiled(57, total))
    assert f"57 of {total} kernels" in doctor.kernel_cache(tmp_path).found
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "kernel.1.nbc").touch()
    record(tmp_path, Compiled(total, total, 1))
    check = doctor.kernel_cache(tmp_path)
    assert check.passed and f"{total} of {total} kernels" in check.found


def test_kernels_that_cannot_be_kept_have_a_remedy_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "NUMBA_CACHE_DIR" in doctor.kernel_cache(tmp_path / "file" / "kernels-0").remedy


def test_the_disk_must_have_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.disk(tmp_path / "not" / "there").passed == (os.statvfs(tmp_path).f_bavail
                                                              * os.statvfs(tmp_path).f_frsize >= doctor.MIN_DISK_BYTES)
    monkeypatch.setattr(doctor, "MIN_DISK_BYTES", 1 << 62)
    assert not doctor.disk(tmp_path).passed


@pytest.mark.parametrize("verb", ["doctor", "devices", "models -h", "-h", "decompose -h", "compile -h"])
def test_looking_at_the_computer_compiles_nothing(verb: str, tmp_path: Path) -> None:
    """The verb runs in a fresh interpreter, which then says what numba has compiled."""
    program = ("import sys, tao_live\nsys.argv = ['tao_live.py', *sys.argv[1:]]\ntry: tao_live.main()\n"
               "finally:\n"
               "    print([name for name, place in sys.modules.items() if name.startswith('engine.')\n"
               "           and any(hasattr(value, 'py_func') for value in vars(place).values())], file=sys.stderr)")
    cache = tmp_path / "cache"
    done = subprocess.run([sys.executable, "-c", program, *verb.split()], capture_output=True, text=True, timeout=120,
                          cwd=ENGINE.parent, env={**os.environ, "NUMBA_CACHE_DIR": str(cache)}, check=False)
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    assert done.stderr.splitlines()[-1] == "[]" and not list(cache.rglob("*"))


@pytest.mark.parametrize("verb", ["doctor", "devices"])
def test_the_libraries_print_nothing(verb: str) -> None:
    done = subprocess.run([sys.executable, "tao_live.py", verb], cwd=ENGINE.parent, capture_output=True, text=True,
                          timeout=120, env={**os.environ, "JACK_DEFAULT_SERVER": "no-such-server"}, check=False)
    assert done.stdout and not done.stderr


def test_the_doctor_passes_or_fails_each_check() -> None:
    done = subprocess.run([sys.executable, "tao_live.py", "doctor"], cwd=ENGINE.parent, capture_output=True, text=True,
                          timeout=120, check=False)
    assert {line[:4] for line in done.stdout.splitlines()} <= {"pass", "FAIL"}
