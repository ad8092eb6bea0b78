"""Fixtures for everyone: a JACK server of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jack_server import private_jack


@pytest.fixture
def jack_server(tmp_path: Path) -> Iterator[str]:
    """The name of a private JACK server: dummy driver, 48 kHz, 128 frames."""
    with private_jack(tmp_path / "jackd.log") as name:
        yield name
