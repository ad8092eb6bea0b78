"""The small library that these tests share."""

from pathlib import Path

import pytest

from tests.library.index.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Folders with kits, a take and one-shots, indexed."""
    shelf = Shelf(tmp_path)
    shelf.update()
    return shelf
