"""Compiled code must never outlive the sources it was made from, whichever file of them changed."""

import shutil
from pathlib import Path

import pytest

from engine.dsp.kernel_cache import ENGINE, Compiled, Kernel, compiled, declared, fingerprint, is_compiled, record
from tests.small_engine import ran, small_engine

pytestmark = pytest.mark.slow  # kernels are compiled in processes of their own

OUTER_OF_ONE = "from engine.dsp.middle import outer; print(outer(1), outer.stats.cache_hits.total())"


def outer_of_one(folder: Path) -> tuple[int, int]:
    """What a fresh interpreter gets from the outer kernel, and how often it was read from the cache."""
    done = ran(folder, "-c", OUTER_OF_ONE)
    assert done.returncode == 0, done.stderr
    value, hits = done.stdout.split()
    return int(value), int(hits)


def test_a_kernel_sees_what_changed_in_another_file(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    assert outer_of_one(folder) == (2, 0)
    (folder / "engine/dsp/constants.py").write_text("STEP = 100\n")
    assert outer_of_one(folder) == (101, 0)
    assert outer_of_one(folder) == (101, 1)
    kept = list((folder / "engine/__pycache__").glob("kernels-*"))
    assert len(kept) == 2 and all(list(one.rglob("*.nbi")) for one in kept)


def test_compiled_kernels_may_be_moved_with_their_sources(tmp_path: Path) -> None:
    folder = small_engine(tmp_path / "here")
    assert outer_of_one(folder) == (2, 0)
    folder.rename(tmp_path / "there")
    for file in (tmp_path / "there").rglob("*.py"):
        file.touch()
    assert outer_of_one(tmp_path / "there") == (2, 1)


def test_only_what_compiled_code_can_reach_counts(tmp_path: Path) -> None:
    engine = small_engine(tmp_path) / "engine"
    before = fingerprint(engine)
    (engine / "dsp/unrelated.py").write_text("# numba is not imported here\n")
    (engine / "dsp/kernel_cache.py").write_text("# nor does this become machine code\n")
    assert fingerprint(engine) == before
    (engine / "dsp/constants.py").write_text("STEP = 2\n")
    assert fingerprint(engine) != before


def test_other_processors_have_other_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(small_engine(tmp_path) / "engine")
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert fingerprint(tmp_path / "engine") != before


def test_every_kernel_is_counted_without_importing_it(tmp_path: Path) -> None:
    assert declared(small_engine(tmp_path) / "engine") == [
        Kernel("engine.dsp.first", "add"), Kernel("engine.dsp.middle", "outer"), Kernel("engine.dsp.rest", "called")]
    assert len(declared(ENGINE)) > 50


def test_all_is_compiled_only_while_all_files_are_there(tmp_path: Path) -> None:
    assert compiled(tmp_path) == Compiled(0, len(declared(ENGINE))) and not is_compiled(tmp_path)
    (tmp_path / "one.nbc").touch()
    record(tmp_path, Compiled(1, 2))
    assert compiled(tmp_path) == (1, 2, 0) and not is_compiled(tmp_path)
    record(tmp_path, Compiled(2, 2, 1))
    assert is_compiled(tmp_path)
    (tmp_path / "one.nbc").unlink()
    assert not is_compiled(tmp_path)


def test_a_read_only_checkout_keeps_its_kernels_in_the_users_cache(tmp_path: Path) -> None:
    folder = small_engine(tmp_path / "code")
    shutil.rmtree(folder / "engine/__pycache__", ignore_errors=True)
    (folder / "engine/__pycache__").write_text("a file, where no folder can be made even by root")
    done = ran(folder, "-c", "import engine.dsp.rest", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "cache/tao").rglob("*.nbc"))
