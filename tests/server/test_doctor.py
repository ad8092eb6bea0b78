"""The doctor tells what is well, what is not, and the cure."""

import os
from pathlib import Path

import pytest

from engine.server import doctor
from engine.server.doctor import Check


@pytest.mark.parametrize(("check", "well"), [
    (doctor.python_version((3, 11)), True), (doctor.python_version((3, 13)), False),
    (doctor.priority(0, 0, root=False), False), (doctor.priority(0, 95, root=False), True),
    (doctor.priority(0, 0, root=True), True),
    (doctor.locked_memory(8 << 20, 8 << 20, root=False), False), (doctor.locked_memory(-1, -1, root=False), True),
    (doctor.terminal({"TERM": "xterm"}, os.terminal_size((80, 24)), "utf-8"), True),
    (doctor.terminal({"TERM": "xterm"}, os.terminal_size((79, 24)), "utf-8"), False),
    (doctor.shipped_weights(("tao", None)), True), (doctor.shipped_weights(("tao", "damaged")), False),
    (doctor.terminal({"TERM": "dumb"}, os.terminal_size((80, 24)), "utf-8"), False),
])
def test_each_check_can_pass_and_fail(check: Check, well: bool) -> None:
    assert check.well is well
    assert check.line().startswith("pass" if well else "FAIL") and (well or check.cure in check.line())


def test_a_governor_that_saves_power_fails_and_one_that_cannot_be_read_does_not(tmp_path: Path) -> None:
    file = tmp_path / "governor"
    assert doctor.governor(file).well
    file.write_text("powersave\n")
    assert not doctor.governor(file).well
    file.write_text("performance\n")
    assert doctor.governor(file).well


def test_the_kernel_cache_must_be_writable_and_the_disk_have_room(tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.kernel_cache(tmp_path).well
    assert doctor.disk(tmp_path / "not" / "there").well == (os.statvfs(tmp_path).f_bavail
                                                            * os.statvfs(tmp_path).f_frsize >= doctor.MIN_DISK_BYTES)
    monkeypatch.setattr(doctor, "MIN_DISK_BYTES", 1 << 62)
    assert not doctor.disk(tmp_path).well
