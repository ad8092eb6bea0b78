"""Where compiled kernels are kept: one folder for each state of the sources they were compiled from.

numba's own cache looks at the file of a function alone. A caller whose callee changed in another file would go
on running the old callee, with the old layout of the audio thread's memory, after every update of Tao.
"""

import ast
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numba

ENGINE = Path(__file__).parents[1]
PREFIX, KEPT = "kernels-", 4


def separate_kernels() -> None:
    """Let numba keep what it compiles from here on in the folder that belongs to these sources.

    Below NUMBA_CACHE_DIR where that is set, else beside the sources; where those are read-only, numba's own
    places hold. Folders of older sources go, except the newest few.
    """
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or ENGINE / "__pycache__")
    folder = base / (PREFIX + fingerprint(ENGINE))
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            _forget_all_but(KEPT, base)
    except OSError:
        return
    numba.config.CACHE_DIR = str(folder)


def compile_apart(module: str) -> None:
    """Unless that was done before: let another process import `module`, which compiles its kernels. The compiler
    takes half a gigabyte that a process which then plays for hours would never give back."""
    done = kernels_folder() / f"{module}.done"
    if done.exists():
        return
    path = os.pathsep.join(filter(None, [str(ENGINE.parent), os.environ.get("PYTHONPATH")]))
    compiled = subprocess.run([sys.executable, "-c", f"import {module}"], env={**os.environ, "PYTHONPATH": path},
                              check=False)
    if compiled.returncode == 0 and done.parent.is_dir():
        with contextlib.suppress(OSError):  # it will be compiled apart once more
            done.touch()


def kernels_folder() -> Path:
    """Where compiled kernels are kept in this process."""
    return Path(numba.config.CACHE_DIR or ENGINE / "__pycache__")


def fingerprint(engine: Path) -> str:
    """Sixteen hex digits that change with any source that compiled code in the folder `engine` can depend on:
    the modules that speak of numba, and all of the engine that they import."""
    texts = {file: file.read_bytes() for file in engine.rglob("*.py")}
    found = {file for file, text in texts.items() if b"numba" in text}
    new = found
    while new:
        names = {name for file in new for name in _imports(ast.parse(texts[file]))}
        files = {engine.parent.joinpath(*name.split(".")).with_suffix(".py") for name in names}
        new = (files & texts.keys()) - found
        found = found | new
    digest = hashlib.sha256()
    for file in sorted(found):
        digest.update(file.relative_to(engine).as_posix().encode() + b"\0" + texts[file] + b"\0")
    return digest.hexdigest()[:16]


def _imports(tree: ast.Module) -> Iterator[str]:
    """Every dotted name that could be a module in the tree's top-level imports."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _forget_all_but(kept: int, base: Path) -> None:
    folders = sorted(base.glob(f"{PREFIX}*"), key=lambda folder: folder.stat().st_mtime)
    for folder in folders[:-kept]:
        shutil.rmtree(folder, ignore_errors=True)
