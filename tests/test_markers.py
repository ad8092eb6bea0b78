"""`make quick` runs what is not marked: nothing in it may start a server, whatever its author forgot."""

import socket
import subprocess
from pathlib import Path

import pytest

from tests.markers import leads_to_starter
from tests.rig import running_engine


def test_a_quick_test_cannot_start_a_jack_server(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"jackd.*pytest\.mark\.server"):
        subprocess.Popen(["jackd", "-d", "dummy"], cwd=tmp_path)


def test_a_quick_test_cannot_start_an_engine() -> None:
    with pytest.raises(AssertionError, match=r"engine\.server.*pytest\.mark\.server"):
        subprocess.Popen(["python", "-m", "engine.server"])


def test_a_quick_test_cannot_use_the_network_but_may_use_a_socket_in_a_folder(tmp_path: Path) -> None:
    with socket.socket() as tcp, pytest.raises(AssertionError, match="network"):
        tcp.bind(("127.0.0.1", 0))
    with socket.socket(socket.AF_UNIX) as local:
        local.bind(str(tmp_path / "s"))


@pytest.mark.server
def test_a_marked_test_may_use_the_network() -> None:
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))


def opens_an_engine(folder: Path) -> None:
    with running_engine(folder, "null"):
        pass


def test_a_test_is_marked_by_what_it_calls_however_far_away() -> None:
    assert leads_to_starter(opens_an_engine)
    assert leads_to_starter(lambda folder: opens_an_engine(folder))
    assert not leads_to_starter(test_a_quick_test_cannot_start_an_engine)


def test_a_test_is_marked_by_the_fixtures_it_has(request: pytest.FixtureRequest, jack_server: str) -> None:
    assert request.node.get_closest_marker("server")
