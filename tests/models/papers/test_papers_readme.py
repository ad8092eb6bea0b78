"""The README of each paper's folder tells the truth about which file is which box."""

import re
from pathlib import Path

import pytest

PAPERS = Path(__file__).parents[3] / "models" / "papers"
FOLDERS = sorted(path.parent for path in PAPERS.glob("*/README.md"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_readme_names_every_file_of_its_folder(folder: Path) -> None:
    named = set(re.findall(r"`([a-z_]+\.py)`", (folder / "README.md").read_text(encoding="utf-8")))
    files = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert files <= named, f"not named: {', '.join(sorted(files - named))}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_readme_says_what_follows_the_paper_and_what_does_not(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "as written" in text and "so ours" in text and "differs" in text
    assert f"[{folder.name}/]({folder.name}/README.md)" in (PAPERS / "README.md").read_text(encoding="utf-8")
