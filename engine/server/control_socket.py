"""The control socket: clients attach and leave, ask for things, and are sent what has changed."""

import contextlib
import os
import selectors
import socket
from collections.abc import Iterator
from pathlib import Path

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec, Envelope
from engine.bridge.messages import Accepted, Hello, Refused
from engine.bridge.wire import FrameReader, framed
from engine.core.snapshot import Status

MAX_UNSENT_BYTES = 8 << 20


class Client:
    """One connection. What it has not read yet is kept, up to a limit; beyond that it is dropped."""

    def __init__(self, connection: socket.socket, codec: Codec) -> None:
        connection.setblocking(False)
        self.connection = connection
        self._codec = codec
        self._frames = FrameReader()
        self._unsent = bytearray()
        self.alive = True
        self.is_behind = False

    @property
    def waits_to_write(self) -> bool:
        """Whether there is something that the client has not taken yet."""
        return bool(self._unsent)

    def read(self) -> Iterator[Envelope | BadMessage]:
        """What has arrived; in place of a message that cannot be read, its error."""
        try:
            piece = self.connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.alive = False
            return
        try:
            for data in self._frames.feed(piece):
                try:
                    yield self._codec.decode(data)
                except BadMessage as error:
                    yield error
        except BadMessage as error:  # the stream is out of step: nothing after this can be understood
            yield error
            self.alive = False

    def send(self, message: Hello | Status | Accepted | Refused) -> None:
        """Send without waiting."""
        self._unsent += framed(self._codec.encode(message))
        self.write()

    def write(self) -> None:
        """Send what is left."""
        try:
            while self._unsent:
                del self._unsent[: self.connection.send(self._unsent)]
        except BlockingIOError:
            self.alive = self.alive and len(self._unsent) <= MAX_UNSENT_BYTES
        except OSError:
            self.alive = False


class ControlSocket:
    """All clients of one engine, on one private socket. Raises OSError when it cannot listen at `path`."""

    def __init__(self, path: Path, meters_path: Path, selector: selectors.BaseSelector) -> None:
        self.path, self._meters_path, self._selector = path, meters_path, selector
        self._codec = Codec(messages.FROM_CLIENTS)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(8)
        self._listener.setblocking(False)
        self._clients: list[Client] = []
        self._newest: Status | None = None
        selector.register(self._listener, selectors.EVENT_READ, self)

    def accept(self, status: Status) -> None:
        """Let a client attach."""
        with contextlib.suppress(OSError):  # it may have gone again already
            connection, _ = self._listener.accept()
            client = Client(connection, self._codec)
            self._clients.append(client)
            self._selector.register(connection, selectors.EVENT_READ, client)
            client.send(Hello(os.getpid(), str(self._meters_path)))
            client.send(status)

    def publish(self, status: Status) -> None:
        """Send every client the newest status. One that has not read an older one yet gets it later."""
        self._newest = status
        for client in self._clients:
            client.is_behind = client.waits_to_write
            if not client.is_behind:
                client.send(status)

    def tidy(self) -> None:
        """Drop clients that have gone; wait for writability where something is left to send."""
        for client in list(self._clients):
            if client.is_behind and not client.waits_to_write and self._newest is not None:
                client.is_behind = False
                client.send(self._newest)
            if not client.alive:
                self._selector.unregister(client.connection)
                client.connection.close()
                self._clients.remove(client)
            else:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.waits_to_write else 0)
                self._selector.modify(client.connection, wanted, client)

    def close(self) -> None:
        """Hang up and remove the socket."""
        for client in self._clients:
            client.connection.close()
        self._listener.close()
        self.path.unlink(missing_ok=True)
