"""What every test gets: repeatable examples, the `server` marker where it is due, and a JACK server of its own."""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.command_line import run
from tests.jack_server import private_jack
from tests.markers import needs_server, refuse_servers
from tests.sentinel import Sentinel

# Begun in the background by a shell, the tests ignore Ctrl-C, and so would every program that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# the same examples each time, however slow the machine; `--hypothesis-profile=default` looks for new ones
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("repeatable"), max_examples=30)  # make quick asks for it
settings.load_profile("repeatable")

_guarded = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server, and what runs a screen: half a second each, hundreds of them."""
    for item in items:
        if needs_server(item):
            item.add_marker(pytest.mark.server)
        if "open_tao" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that was imported, torch included: a sixth of the screens' time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let no server start from a test that is not marked, nor from its fixtures."""
    global _guarded
    _guarded = item.get_closest_marker("server") is None
    try:
        return (yield)
    finally:
        _guarded = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _guarded:
        refuse_servers(event, arguments)


sys.addaudithook(_audit)  # it cannot be removed again, so it looks at a flag


@pytest.fixture(scope="session")
def sentinel() -> Iterator[Sentinel]:
    """A watch on every processor, for tests that prove nothing while one of them is stalled."""
    with Sentinel() as watch:
        yield watch


@pytest.fixture
def jack_server(tmp_path: Path) -> Iterator[str]:
    """The name of a private JACK server: dummy driver, 48 kHz, 128 frames."""
    with private_jack(tmp_path / "jackd.log") as name:
        yield name


@pytest.fixture
def tao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
        ) -> Callable[..., tuple[int, str, str]]:
    """A call of the command line, with settings and data of its own: exit code, stdout and stderr."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return lambda *arguments: run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
