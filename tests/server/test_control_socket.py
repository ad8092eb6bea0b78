"""The control socket belongs to this user alone, and no client can take it from the others."""

import os
import selectors
import socket
import stat
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bridge.codec import Codec
from engine.bridge.messages import FROM_CLIENTS, Accepted
from engine.bridge.wire import framed
from engine.core.commands import Play, SetTempo, ToggleStep
from engine.server import control_socket
from engine.server.control_socket import MAX_CLIENTS, MAX_MESSAGE_BYTES, Client, ControlSocket
from tests.rig import RunningEngine, running_engine

CODEC = Codec(FROM_CLIENTS)
TEMPO = framed(CODEC.encode(SetTempo(120.0)))


def test_the_control_socket_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with tempfile.TemporaryDirectory() as folder:  # a socket's path is short
            control = ControlSocket(Path(folder) / "engine.sock", tmp_path / "meters", selectors.DefaultSelector())
            try:
                assert stat.S_IMODE((Path(folder) / "engine.sock").stat().st_mode) == 0o600
            finally:
                control.close()
    finally:
        os.umask(before)


@pytest.fixture
def pair() -> Iterator[tuple[Client, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield Client(ours, CODEC), theirs
    ours.close()
    theirs.close()


def test_a_client_waits_while_its_messages_are_carried_out(pair: tuple[Client, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(3 * TEMPO)
    client.read()
    assert client.has_asked and not client.may_read
    for _ in range(3):
        client.next_message()
    assert client.may_read and not client.has_asked


def test_a_client_that_does_not_read_is_not_served(pair: tuple[Client, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(TEMPO)
    client.read()
    while client.has_asked:
        client.send(Accepted(1))
    assert client.alive and not client.may_read
    while not client.has_asked:
        peer.recv(1 << 16)
        client.write()


def test_a_message_too_long_is_dropped_with_a_reason(pair: tuple[Client, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(struct.pack(">I", MAX_MESSAGE_BYTES + 1))
    client.read()
    assert not client.alive and "at most" in client.dropped_for and b"at most" in peer.recv(4096)


def test_a_message_that_is_never_ended_is_dropped_with_a_reason(pair: tuple[Client, socket.socket],
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "HALF_SENT_S", 0.0)
    client, peer = pair
    peer.sendall(TEMPO[:-1])
    client.read()
    time.sleep(0.01)
    client.check()
    assert not client.alive and b"not ended" in peer.recv(4096)


def test_what_was_sent_before_hanging_up_is_carried_out(pair: tuple[Client, socket.socket]) -> None:
    client, peer = pair
    peer.sendall(2 * TEMPO)
    peer.close()
    client.send(Accepted(1))
    client.read()
    assert client.alive and client.has_asked


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    with running_engine(tmp_path_factory.mktemp("flooded"), "null") as engine:
        engine.client.ask(Play())
        yield engine


def connected(engine: RunningEngine) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(str(engine.socket))
    return peer


def memory_kb(pid: int) -> int:
    """What the process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def slowest_answer_s(engine: RunningEngine, asks: int = 20) -> float:
    slowest = 0.0
    for number in range(asks):
        began_s = time.monotonic()
        engine.client.ask(ToggleStep("kick", number % 16))
        slowest = max(slowest, time.monotonic() - began_s)
    return slowest


@pytest.mark.slow
def test_a_flood_makes_the_engine_neither_deaf_nor_larger(engine: RunningEngine) -> None:
    flood = b"".join(framed(CODEC.encode(SetTempo(100.0 + number % 50), id=1 + number % 2)) for number in range(2000))
    peers = [connected(engine) for _ in range(3)]

    def pour(peer: socket.socket) -> None:
        try:
            while True:
                peer.sendall(flood)
        except OSError:
            return

    slowest_answer_s(engine, 2)
    before = memory_kb(engine.client.pid)
    for peer in peers:
        threading.Thread(target=pour, args=(peer,), daemon=True).start()
    try:
        assert slowest_answer_s(engine) < 2.0
        time.sleep(3.0)
        assert memory_kb(engine.client.pid) - before < 40_000
    finally:
        for peer in peers:
            peer.shutdown(socket.SHUT_RDWR)
            peer.close()
    assert slowest_answer_s(engine) < 1.0


def test_half_sent_messages_harm_nobody(engine: RunningEngine) -> None:
    peers = [connected(engine) for _ in range(10)]
    for peer in peers:
        peer.sendall(struct.pack(">I", MAX_MESSAGE_BYTES) + bytes(1 << 15))
    assert slowest_answer_s(engine, 5) < 1.0
    for peer in peers:
        peer.close()


def test_too_many_clients_are_told_so(engine: RunningEngine) -> None:
    peers = [connected(engine) for _ in range(MAX_CLIENTS)]
    peers[-1].settimeout(5.0)
    heard = b""
    while piece := peers[-1].recv(4096):
        heard += piece
    assert b"Close one" in heard
    for peer in peers:
        peer.close()
    assert slowest_answer_s(engine, 3) < 1.0
