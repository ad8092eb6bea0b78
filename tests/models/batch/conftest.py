"""Fixtures for the tests of batches."""

import os
from pathlib import Path

import pytest

from tests.models.batch import poison

ROOT = Path(__file__).parents[3]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, and the plugin that goes wrong."""
    poison.install(tmp_path / "plugins")
    return {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": f"{tmp_path / 'plugins'}:{ROOT}"}
