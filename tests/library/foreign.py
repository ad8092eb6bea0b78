"""Programs that others wrote, to check what Tao exports. A test is skipped where one is not installed."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


def run(home: Path, program: str, *arguments: object, timeout_s: float = 60.0) -> str:
    """What the program prints, both streams; it must succeed. Skips the test if it is not installed."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    found = shutil.which(program, path=path)
    if found is None:
        pytest.skip(f"{program} is not installed")
    own = {"PATH": path, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([found, *map(str, arguments)], env={**os.environ, **own}, capture_output=True, text=True,
                          timeout=timeout_s, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def module(name: str) -> ModuleType:
    """A Python package; skips the test if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"the Python package {name} is not installed")


def schema_errors(document: bytes, schema: Path) -> list[str]:
    """What is wrong with an XML document by its schema; skips the test if lxml or the schema is missing."""
    etree = module("lxml.etree")
    if not schema.exists():
        pytest.skip(f"{schema.name} is not installed")
    checker = etree.XMLSchema(etree.parse(str(schema)))
    checker.validate(etree.fromstring(document))
    return [str(error) for error in checker.error_log]
