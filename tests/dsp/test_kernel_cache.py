"""Compiled code must never outlive the sources it was made from, whichever file of them changed."""

import os
import subprocess
import sys
from pathlib import Path

from engine.dsp.kernel_cache import ENGINE, fingerprint

CONSTANTS = "STEP = 1\n"
INNER = ("from numba import njit, types\n\nfrom engine.dsp.constants import STEP\n\n\n"
         "@njit(types.int64(types.int64), cache=True)\ndef inner(x):\n    return x + STEP\n")
OUTER = ("from numba import njit, types\n\nfrom engine.dsp.inner import inner\n\n\n"
         "@njit(types.int64(types.int64), cache=True)\ndef outer(x):\n    return inner(x)\n")


def small_engine(folder: Path) -> Path:
    """An engine with this cache, two kernels that call each other across files, and one constant."""
    dsp = folder / "engine" / "dsp"
    dsp.mkdir(parents=True)
    (folder / "engine" / "__init__.py").write_text("")
    for name in ("__init__.py", "kernel_cache.py"):
        (dsp / name).write_bytes((ENGINE / "dsp" / name).read_bytes())
    for name, text in (("constants", CONSTANTS), ("inner", INNER), ("outer", OUTER), ("words", "")):
        (dsp / f"{name}.py").write_text(text)
    return folder


def outer_of_one(folder: Path) -> int:
    """What a fresh interpreter gets from the outer kernel."""
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    done = subprocess.run([sys.executable, "-c", "from engine.dsp.outer import outer; print(outer(1))"], cwd=folder,
                          env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_kernel_sees_what_changed_in_another_file(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    assert outer_of_one(folder) == 2
    (folder / "engine/dsp/constants.py").write_text("STEP = 100\n")
    assert outer_of_one(folder) == 101
    kept = list((folder / "engine/__pycache__").glob("kernels-*"))
    assert len(kept) == 2 and all(list(one.rglob("*.nbi")) for one in kept)


def test_only_what_compiled_code_can_reach_counts(tmp_path: Path) -> None:
    engine = small_engine(tmp_path) / "engine"
    before = fingerprint(engine)
    (engine / "dsp/words.py").write_text("# nobody imports this\n")
    assert fingerprint(engine) == before
    (engine / "dsp/constants.py").write_text("STEP = 2\n")
    assert fingerprint(engine) != before


def test_folders_of_old_sources_do_not_pile_up(tmp_path: Path) -> None:
    folder = small_engine(tmp_path)
    for step in range(7):
        (folder / "engine/dsp/constants.py").write_text(f"STEP = {step}\n")
        done = subprocess.run([sys.executable, "-c", "import engine.dsp"], cwd=folder, capture_output=True, timeout=60)
        assert done.returncode == 0
    assert len(list((folder / "engine/__pycache__").glob("kernels-*"))) == 4
