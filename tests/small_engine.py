"""An engine of three kernels that compiles in a second or two, for tests of the compiler and its cache."""

import os
import subprocess
import sys
from pathlib import Path

from engine.dsp.kernel_cache import ENGINE

COPIED = ("core/errors.py", "dsp/__init__.py", "dsp/kernel_cache.py", "server/__init__.py", "server/compile.py",
          "server/compiler.py", "server/processes.py")
SOURCES = {
    "constants": "STEP = 1\n",
    "first": ("from numba import njit, types\n\nfrom engine.dsp.constants import STEP\n\n\n"
              "@njit(types.int64(types.int64), cache=True)\ndef add(x):\n    return x + STEP\n"),
    "middle": ("import os\nimport time\n\nfrom numba import njit, types\n\nfrom engine.dsp.first import add\n\n"
               "time.sleep(float(os.environ.get('SLOW_S', '0')))\n\n\n"
               "@njit(types.int64(types.int64), cache=True)\ndef outer(x):\n    return add(x)\n"),
    "rest": ("from numba import cfunc, types\n\nfrom engine.dsp.middle import outer\n\n\n"
             "@cfunc(types.int64(types.int64), cache=True)\ndef called(x):\n    return outer(x)\n"),
    "unrelated": "",
}
COMPILE = (sys.executable, "-m", "engine.server.compile")


def small_engine(folder: Path) -> Path:
    """Make one in `folder`, the working directory to run it from: dsp/first, middle, rest, and one constant."""
    for name in COPIED:
        copy = folder / "engine" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ENGINE / name).read_bytes())
    for package in ("engine", "engine/core"):
        (folder / package / "__init__.py").write_text("")
    for name, text in SOURCES.items():
        (folder / "engine/dsp" / f"{name}.py").write_text(text)
    return folder


def environment(**changes: str) -> dict[str, str]:
    """In which it runs: nothing of the real engine's, caches beside the sources."""
    ours = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    return {**ours, **changes}


def ran(folder: Path, *argv: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """What a fresh interpreter does with it."""
    return subprocess.run([sys.executable, *argv], cwd=folder, env=environment(**changes), capture_output=True,
                          text=True, timeout=120, check=False)
