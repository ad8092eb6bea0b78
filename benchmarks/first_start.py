"""From a fresh clone to the first sound: the engine is compiled and started, and plays the demo loop. The Python
packages are installed already."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.decompose import peak_mb
from benchmarks.result import Result
from benchmarks.stage import demo_file, engine, play_until_heard
from engine.server.compile import compile_kernels

ROOT = Path(__file__).parents[1]
FOLDERS = ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")


def run() -> list[Result]:
    """Seconds to the first sound, and what the compiler took."""
    with tempfile.TemporaryDirectory() as name:
        clone, began_s = Path(name) / "tao", time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        cloned_s = time.monotonic() - began_s
        with subprocess.Popen([sys.executable, "-m", "benchmarks.first_start"], cwd=clone, stdout=subprocess.PIPE,
                              text=True, env=fresh_environment(Path(name))) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            sound_s = time.monotonic() - began_s
        if process.returncode:
            raise RuntimeError(f"The clone made no sound: `python -m benchmarks.first_start` in {ROOT} says why.")
    found = json.loads(line)
    how = (f"the last commit, cloned in {cloned_s:.1f} s, compiled in {found['wall_s']:.1f} s, then started without a "
           "device; the demo loop is loaded, cut into a first kit, and heard")
    compiler = f"{found['kernels']} kernels, none cached, in a process of its own"
    return [Result("first start, from clone to first sound", round(sound_s, 1), "s", "< 60", how),
            Result("compiling the engine, processor time", round(found["cpu_s"], 1), "s", "<= 30", compiler),
            Result("compiling the engine, peak memory", found["peak_mb"], "MB", "", compiler)]


def fresh_environment(folder: Path) -> dict[str, str]:
    """This environment, as if Tao had never run: every folder of the user's is new, and no cache is named."""
    ours = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    for name in FOLDERS:
        (folder / name).mkdir()
    return {**ours, **{name: str(folder / name) for name in FOLDERS}}


def main() -> None:
    """In the clone: compile, start, make a sound, and print what compiling took."""
    kernels: list[int] = []
    began_s = time.monotonic()
    compile_kernels(lambda done, total: kernels.append(total))
    wall_s, used = time.monotonic() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {"kernels": kernels[-1], "wall_s": wall_s, "cpu_s": used.ru_utime + used.ru_stime, "peak_mb": peak_mb(used)}
    with tempfile.TemporaryDirectory() as name, engine(Path(name), "null") as stage:
        play_until_heard(stage.client, demo_file(stage.folder))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
