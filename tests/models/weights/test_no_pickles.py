"""No weights file can run code: torch.load is never called without weights_only=True."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]


def careless_loads(text: str) -> list[int]:
    """The lines that call torch.load, or anything imported from torch as load, without weights_only=True."""
    tree = ast.parse(text)
    names = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             and (node.module or "").startswith("torch") for alias in node.names if alias.name == "load"}
    modules = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
               for alias in node.names if alias.name == "torch"}
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call)
            and ((isinstance(node.func, ast.Name) and node.func.id in names)
                 or (isinstance(node.func, ast.Attribute) and node.func.attr == "load"
                 and isinstance(node.func.value, ast.Name) and node.func.value.id in modules))
            and not any(word.arg == "weights_only" and isinstance(word.value, ast.Constant) and word.value.value is True
                        for word in node.keywords)]


def test_torch_load_is_never_called_without_weights_only() -> None:
    files = [file for top in ("models", "engine", "benchmarks", "scripts") for file in (ROOT / top).rglob("*.py")]
    assert files
    assert {str(file): lines for file in files if (lines := careless_loads(file.read_text(encoding="utf-8")))} == {}


def test_the_scan_finds_what_it_looks_for() -> None:
    assert careless_loads("import torch\ntorch.load(p)\ntorch.load(p, weights_only=True)") == [2]
    assert careless_loads("import torch as t\nt.load(p, weights_only=False)") == [2]
    assert careless_loads("from torch import load\nload(p)") == [2]
    assert careless_loads("import json\njson.load(p)") == []
