"""The arrows of the house, held in fresh interpreters: what a module pulls in, it pulls in for everyone."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FORBIDDEN = {
    "engine.core": ("engine.dsp", "engine.live", "engine.library", "engine.bridge", "models", "tui",
                    "numba", "torch", "textual", "msgspec", "soundfile"),
    "engine.dsp": ("engine.live", "engine.library", "engine.bridge", "models", "tui", "torch", "textual", "jack",
                   "pyo"),
    "engine.library": ("engine.dsp", "engine.live", "models", "tui", "torch", "textual"),
    "engine.bridge": ("engine.dsp", "engine.live", "models", "tui", "torch", "textual", "numba"),
    "engine.live": ("models", "tui", "torch", "textual", "scipy.signal"),
    "models": ("engine.dsp", "engine.live", "tui", "textual"),
    "tui": ("engine.dsp", "engine.live", "engine.library", "models", "torch", "numba"),
}


def modules_of(package: str) -> list[str]:
    """Every module at or under `package`, by its dotted name."""
    base = ROOT / package.replace(".", "/")
    files = sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_pulls_in_nothing_beyond_its_arrows(package: str) -> None:
    modules = modules_of(package)
    assert modules, f"{package} has no modules"
    program = (f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
               "print('\\n'.join(sys.modules))")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    crossed = [name for name in FORBIDDEN[package] if name in loaded]
    assert not crossed, f"{package} pulls in {crossed}"
