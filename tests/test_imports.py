"""The arrows of the house: which room may import which, and what no process may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# every room, and the rooms it may import; `models` is the modules that lie directly in that folder
ARROWS: dict[str, set[str]] = {
    "engine.core": set(),
    "engine.dsp": {"engine.core"},
    "engine.bridge": {"engine.core"},
    "engine.library": {"engine.core"},
    "engine.rack": {"engine.core", "engine.dsp"},
    "engine.audio": {"engine.core", "engine.dsp", "engine.bridge", "engine.rack"},
    "engine.live": {"engine.core", "engine.dsp", "engine.bridge", "engine.library", "engine.audio"},
    "engine.worker": {"engine.core", "engine.bridge", "engine.live"},
    "engine.sync": {"engine.core", "engine.audio", "engine.live"},
    "engine.midi": {"engine.core", "engine.dsp", "engine.bridge", "engine.library", "engine.audio", "engine.live",
                    "engine.sync"},
    "engine.takes": {"engine.core", "engine.dsp", "engine.bridge", "engine.library", "engine.audio", "engine.live",
                     "engine.worker"},
    "engine.sessions": {"engine.core", "engine.dsp", "engine.bridge", "engine.library", "engine.audio", "engine.rack",
                        "engine.live"},
    "engine.keeping": {"engine.core", "engine.bridge", "engine.library", "engine.live", "engine.worker",
                       "engine.sessions"},
    "engine.server": {"engine.core", "engine.dsp", "engine.bridge", "engine.library", "engine.audio", "engine.rack",
                      "engine.live", "engine.worker", "engine.sync", "engine.midi", "engine.takes", "engine.sessions",
                      "engine.keeping"},
    "models.plugins": {"engine.core"},
    "models.weights": {"engine.core", "engine.library"},
    "models.calling": {"engine.core", "models.plugins"},
    "models.hearing": {"engine.core", "engine.library", "models.calling", "models.plugins",
                       "models.torch_device", "models.weights"},
    "models.sounds": {"engine.core", "engine.library", "models.plugins", "models.hearing"},
    "models.separation": {"engine.core", "engine.library", "models.plugins", "models.torch_device", "models.weights",
                          "models.hearing", "models.sounds"},
    "models.solving": {"engine.core", "models.plugins", "models.torch_device", "models.weights", "models.sounds"},
    "models.naming": {"engine.core", "models.plugins", "models.weights"},
    "models.papers": {"engine.core", "engine.library", "models.plugins", "models.torch_device", "models.weights",
                      "models.hearing", "models.sounds", "models.separation"},
    "models": {"engine.core", "engine.bridge", "engine.library", "models.calling", "models.plugins",
               "models.torch_device", "models.weights", "models.hearing", "models.sounds", "models.separation",
               "models.naming"},
    "models.transformation": {"engine.core", "engine.library", "models", "models.plugins", "models.sounds",
                              "models.papers"},
    "models.training": {"engine.core", "engine.library", "models", "models.plugins", "models.torch_device",
                        "models.weights", "models.hearing", "models.sounds", "models.separation", "models.solving",
                        "models.papers", "models.naming", "models.transformation"},
    "models.torch_device": {"engine.core"},
    "tui": {"engine.core"},
}
# what may not be loaded, not even by way of a library, in a process that imports the whole room
FORBIDDEN = {
    "engine.core": ("numba", "torch", "textual", "msgspec", "soundfile"),
    "engine.dsp": ("torch", "textual", "jack", "pyo"),
    "engine.library": ("engine.dsp", "torch", "textual"),
    "engine.bridge": ("engine.dsp", "torch", "textual", "numba"),
    "engine.server": ("torch", "textual", "scipy.signal"),
    "models": ("engine.dsp", "textual", "ray"),
    "tui": ("numba", "torch", "soundfile"),
}


def modules_of(package: str) -> list[str]:
    """Every module at or under `package`, by its dotted name."""
    base = ROOT / package.replace(".", "/")
    files = sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def room_of(module: str) -> str:
    """The room a module lies in: the longest name in ARROWS that begins it."""
    return max((room for room in ARROWS if f"{module}.".startswith(f"{room}.")), key=len, default=module)


def imports_of(module: str) -> set[str]:
    """Every module of ours that `module` imports, inside functions too."""
    path = ROOT.joinpath(*module.split("."))
    tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in ("engine", "models", "tui")}


@pytest.mark.parametrize("room", ARROWS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    modules = [name for name in modules_of(room) if room_of(name) == room]
    assert modules, f"{room} has no modules"
    strays = [f"{module} imports {name}" for module in modules for name in sorted(imports_of(module))
              if room_of(name) not in ARROWS[room] | {room}]
    assert not strays, "\n".join(strays)


def test_no_arrow_runs_in_a_circle() -> None:
    above: list[str] = []
    while len(above) < len(ARROWS):
        free = [room for room in ARROWS if room not in above and ARROWS[room] <= set(above)]
        assert free, f"these rooms import each other in a circle: {sorted(set(ARROWS) - set(above))}"
        above += free


def test_every_module_lies_in_a_room() -> None:
    names = [name for top in ("engine", "models", "tui") for name in modules_of(top)]
    assert [name for name in names if room_of(name) not in ARROWS and name != "engine"] == []


@pytest.mark.slow
@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_loads_nothing_that_its_process_must_not_hold(room: str) -> None:
    modules = [name for name in modules_of(room) if not name.endswith("__main__")]
    program = (f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
               "print('\\n'.join(sys.modules))")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert not [name for name in FORBIDDEN[room] if name in loaded]


@pytest.mark.slow
def test_the_worker_starts_without_what_it_seldom_needs() -> None:
    """It is waited for until the first sound; each of these takes tenths of a second."""
    program = "import models.worker, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {"scipy.signal", "scipy.cluster", "torchaudio", "demucs", "madmom", "ray"}
