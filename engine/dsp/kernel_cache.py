"""Where compiled kernels are kept: one folder for each state of the sources on each kind of processor.

numba's own cache looks only at the file that a function is in. If a callee changed in another file, the caller would
keep running the old one, with the old layout of the audio thread's memory, after every update of Tao.
"""

import ast
import functools
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import llvmlite.binding as llvm

ENGINE = Path(__file__).parents[1]
PREFIX, KEPT, RECORD = "kernels-", 4, "compiled"
DECORATORS = {"njit", "cfunc", "inner"}  # what makes a function a kernel
DECLARES = "engine.dsp.kernel"  # the module that declares them, beside numba
SETTINGS = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX")


class Kernel(NamedTuple):
    """A kernel as it is declared: its module's dotted name and its own."""

    module: str
    name: str


class Compiled(NamedTuple):
    """How many of all kernels are compiled. files: how many files hold the code, 0 until all are compiled."""

    done: int
    total: int
    files: int = 0


def keep_kernels_apart() -> None:
    """Make numba keep the engine's kernels in the folder of these sources, from the next declaration on."""
    from numba.core import caching

    places = caching.CompileResultCacheImpl._locator_classes
    if KernelPlace not in places:
        caching.CompileResultCacheImpl._locator_classes = [KernelPlace, *places]


class KernelPlace:
    """Answers numba's question where the code of one function is kept; a locator, in numba's words.

    Neither where the sources are nor when they were written matters, so the folder may be copied: to another checkout,
    or to another computer with the same processor, Python and numba. Where nothing can be kept, numba's own places
    are used.
    """

    def __init__(self, function: Callable[..., Any], file: Path) -> None:
        self._py_file, self._line = str(file), function.__code__.co_firstlineno  # numba's warnings read the former
        self._folder = kernels_folder() / ".".join(file.relative_to(ENGINE).with_suffix("").parts)

    @classmethod
    def from_function(cls, function: Callable[..., Any], py_file: str) -> "KernelPlace | None":
        """The place of `function`, or None if it is not a kernel of the engine."""
        file = Path(py_file)
        return cls(function, file) if file.is_relative_to(ENGINE) and _can_keep() else None

    def get_cache_path(self) -> str:
        """The folder of this function's files."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """What must not have changed: an edit while kernels are being compiled is seen by this alone."""
        return hashlib.sha256(Path(self._py_file).read_bytes()).hexdigest()

    def get_disambiguator(self) -> str:
        """Tells functions of the same name apart."""
        return str(self._line)

    def ensure_cache_path(self) -> None:
        """Called before something is written."""
        self._folder.mkdir(parents=True, exist_ok=True)


@functools.lru_cache(maxsize=1)
def kernels_folder() -> Path:
    """Where kernels compiled from these sources are, or will be: below NUMBA_CACHE_DIR if that is set, else beside
    the sources, or in the user's cache if those are read-only. Computed once in each process; creates nothing."""
    name = PREFIX + fingerprint(ENGINE)
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tao"
    folders = [base / name for base in ([Path(chosen)] if chosen else [ENGINE / "__pycache__", own])]
    usable = [folder for folder in folders if is_compiled(folder)] or list(filter(can_write, folders))
    return (usable or folders)[0]


@functools.lru_cache(maxsize=1)
def _can_keep() -> bool:
    return is_compiled(kernels_folder()) or can_write(kernels_folder())


def can_write(folder: Path) -> bool:
    """Whether files can be created in this folder, which need not exist yet."""
    nearest = next(there for there in (folder, *folder.parents) if there.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)


def compiled(folder: Path) -> Compiled:
    """What the compiler has recorded in this folder; nothing done, if it has not begun."""
    return recorded(folder) or Compiled(0, len(declared(ENGINE)))


def recorded(folder: Path) -> Compiled | None:
    """What the compiler has recorded in this folder, if anything."""
    try:
        return Compiled(*map(int, (folder / RECORD).read_text(encoding="ascii").split()))
    except (OSError, ValueError, TypeError):
        return None


def record(folder: Path, state: Compiled) -> None:
    """Record in this folder how far the compiler is. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{RECORD}.{os.getpid()}"
    beside.write_text(" ".join(map(str, state)), encoding="ascii")
    beside.replace(folder / RECORD)


def is_compiled(folder: Path) -> bool:
    """Whether this folder holds all kernels, with all their files."""
    state = recorded(folder)
    return state is not None and 0 < state.files <= code_files(folder)


def code_files(folder: Path) -> int:
    """How many files with machine code this folder holds."""
    return sum(1 for _ in folder.rglob("*.nbc"))


def forget_old_kernels(folder: Path) -> None:
    """Remove the kernels of older sources beside this folder, except the newest few."""
    folders = sorted(folder.parent.glob(f"{PREFIX}*"), key=lambda one: one.stat().st_mtime)
    for old in [one for one in folders if one != folder][: 1 - KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def declared(engine: Path) -> list[Kernel]:
    """Every kernel that the sources in the folder `engine` declare, module by module."""
    found = []
    for file, tree in sorted(_with_kernels(engine).items()):
        module = ".".join(file.relative_to(engine.parent).with_suffix("").parts)
        found += [Kernel(module, node.name) for node in ast.walk(tree)
                  if isinstance(node, ast.FunctionDef) and any(map(_makes_kernels, node.decorator_list))]
    return found


def fingerprint(engine: Path) -> str:
    """Sixteen hex digits that change with anything that compiled code in the folder `engine` depends on: the modules
    with kernels, all of the engine that they import, numba, LLVM, Python and the processor."""
    found = _with_kernels(engine)
    new = list(found.values())
    while new:
        names = {name for tree in new for name in _imports(tree)}
        files = {engine.parent.joinpath(*name.split(".")).with_suffix(".py") for name in names} - found.keys()
        trees = {file: ast.parse(file.read_bytes()) for file in files if file.is_relative_to(engine) and file.is_file()}
        found, new = found | trees, list(trees.values())
    digest = hashlib.sha256("\0".join(_machine()).encode())
    for file in sorted(found):
        digest.update(file.relative_to(engine).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _machine() -> Iterator[str]:
    yield from (version("numba"), version("llvmlite"), str(sys.implementation.cache_tag))
    yield from (llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    yield from (os.environ.get(name, "") for name in SETTINGS)


def _with_kernels(engine: Path) -> dict[Path, ast.Module]:
    """The modules that import numba, or the engine's own way to declare kernels."""
    texts = {file: file.read_bytes() for file in engine.rglob("*.py")}
    trees = {file: ast.parse(text) for file, text in texts.items() if b"numba" in text or DECLARES.encode() in text}
    return {file: tree for file, tree in trees.items()
            if any(name == DECLARES or name.split(".")[0] == "numba" for name in _imports(tree))}


def _imports(tree: ast.Module) -> Iterator[str]:
    """Every dotted name that could be a module in the tree's top-level imports."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _makes_kernels(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in DECORATORS
