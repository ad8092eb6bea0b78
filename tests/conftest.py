"""Fixtures for everyone: a JACK server of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.jack_server import private_jack

# the same examples each time, however slow the machine; `--hypothesis-profile=default` looks for new ones
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


@pytest.fixture
def jack_server(tmp_path: Path) -> Iterator[str]:
    """The name of a private JACK server: dummy driver, 48 kHz, 128 frames."""
    with private_jack(tmp_path / "jackd.log") as name:
        yield name
