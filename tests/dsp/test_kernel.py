"""Kernels that only other kernels call become part of their callers."""

import subprocess
import sys
from pathlib import Path

KERNELS = '''
from numba import njit, types
from engine.dsp.kernel import inner

@inner(types.int64(types.int64))
def deeper(x):
    return x + 1

@inner(types.int64(types.int64))
def inside(x):
    return 10 * deeper(x)

@njit(types.int64(types.int64))
def outside(x):
    return inside(x) + deeper(x)
'''


def printed(folder: Path, program: str) -> str:
    (folder / "kernels.py").write_text(KERNELS)
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path.append({str(folder)!r})\n{program}"],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_inner_kernel_is_not_compiled_before_a_caller_is(tmp_path: Path) -> None:
    program = ("import numba\nnumba.njit = lambda *a, **k: lambda f: f\n"
               "import kernels\nprint(len(kernels.inside.overloads))")
    assert printed(tmp_path, program) == "0\n"


def test_a_caller_runs_what_it_calls_at_any_depth(tmp_path: Path) -> None:
    assert printed(tmp_path, "import kernels; print(kernels.outside(4))") == "55\n"


def test_only_the_caller_has_machine_code(tmp_path: Path) -> None:
    program = ("import kernels\nresult, = kernels.inside.overloads.values()\n"
               "symbols = [f.name for f in result.library.get_defined_functions()]\n"
               "print(result.library.get_pointer_to_function(symbols[0]))")
    assert printed(tmp_path, program) == "0\n"


def test_python_may_call_an_inner_kernel(tmp_path: Path) -> None:
    assert printed(tmp_path, "import kernels; print(kernels.inside(4))") == "50\n"
