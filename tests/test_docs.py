"""The documents speak of what is there: every path exists, every `path:Name` is defined, every link leads somewhere."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from benchmarks.__main__ import names

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted({*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md"),
                    *(ROOT / "models").rglob("*.md")})
TOPS = {"engine", "models", "tui", "tests", "benchmarks", "docs", "examples", "scripts", ".github", ".ci"}
PATH = re.compile(r"`([\w./-]+?)(?::(\w+))?`")
LINK = re.compile(r"\]\(([^)#\s]+)")
HISTORY = {"CHANGELOG.md"}  # it speaks of what was


def names_in(path: Path) -> set[str]:
    """The functions, classes and constants that a module defines."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                names.add(node.name)
            case ast.Assign():
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name() as target):
                names.add(target.id)
    return names


def is_a_path(text: str) -> bool:
    """Whether a quoted word means a file or folder of this repository."""
    if "/" in text:
        return text.split("/")[0] in TOPS
    return Path(text).suffix in (".py", ".toml") and not text.startswith(".")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_what_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = []
    for path, name in PATH.findall(text) if document.name not in HISTORY else ():
        if is_a_path(path):
            if not (ROOT / path).exists() and not list(ROOT.glob(f"*/**/{path}")):
                missing.append(path)
            elif name and name not in names_in(ROOT / path):
                missing.append(f"{path}:{name}")
    missing += [link for link in LINK.findall(text)
                if not link.startswith(("http", "mailto:")) and not (document.parent / link).exists()]
    assert not missing, f"{document.name} speaks of what is not there: {', '.join(missing)}"


def test_every_figure_of_the_readme_has_a_benchmark() -> None:
    rows = re.findall(r"^\|.*\| `(\w+)` \|$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 15 and set(rows) <= set(names())


def test_the_documents_are_in_the_repository() -> None:
    kept = subprocess.run(["git", "ls-files", "docs", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    if kept.returncode:
        pytest.skip("not a clone: there is no list of files")
    for name in ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "docs/plugins.md"):
        assert name in kept.stdout.split()
