"""The control socket: clients attach and leave, ask for things, and are sent what has changed."""

import contextlib
import os
import selectors
import socket
import sys
import time
from collections import deque
from pathlib import Path

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec, Envelope
from engine.bridge.messages import Accepted, Hello, Refused
from engine.bridge.wire import FrameReader, framed
from engine.core.snapshot import Status

MAX_UNSENT_BYTES = 8 << 20
MAX_MESSAGE_BYTES = 4 << 20  # sixteen full patterns have 2.4 MB
BEHIND_BYTES = 1 << 16  # a client that has so much to read is asked to read before it is served again
MAX_CLIENTS = 32
HALF_SENT_S = 10.0
NO_REASON = ""


class Client:
    """One connection. What it has sent and what it has not read yet are kept, up to a limit; beyond that it has to
    wait, or is dropped with a reason. `alive` until it has hung up, and all that it sent before has been read."""

    def __init__(self, connection: socket.socket, codec: Codec) -> None:
        connection.setblocking(False)
        self.connection = connection
        self._codec = codec
        self._frames = FrameReader(MAX_MESSAGE_BYTES)
        self._arrived: deque[Envelope | BadMessage] = deque()
        self._unsent = bytearray()
        self._half_sent_s: float | None = None  # since when a message has been incomplete
        self._listens = True
        self.alive = True
        self.is_behind = False
        self.dropped_for = NO_REASON

    @property
    def waits_to_write(self) -> bool:
        """Whether there is something that the client has not taken yet."""
        return bool(self._unsent)

    @property
    def may_read(self) -> bool:
        """Whether to look for more of its messages: not before those that have come are carried out."""
        return not self._arrived and len(self._unsent) <= BEHIND_BYTES

    @property
    def has_asked(self) -> bool:
        """Whether a message of its can be carried out."""
        return bool(self._arrived) and len(self._unsent) <= BEHIND_BYTES

    def next_message(self) -> Envelope | BadMessage:
        """The oldest message that has not been carried out; in place of one that cannot be read, its error."""
        return self._arrived.popleft()

    def read(self) -> None:
        """Take in what has arrived."""
        try:
            piece = self.connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.alive = False
            return
        before = len(self._arrived)
        try:
            for data in self._frames.feed(piece):
                try:
                    self._arrived.append(self._codec.decode(data))
                except BadMessage as error:
                    self._arrived.append(error)
        except BadMessage as error:  # the stream is out of step: nothing after this can be understood
            self.drop(str(error))
        if not self._frames.rest:
            self._half_sent_s = None
        elif self._half_sent_s is None or len(self._arrived) > before:
            self._half_sent_s = time.monotonic()

    def check(self) -> None:
        """Drop a client that began a message long ago and has not ended it."""
        if self._half_sent_s is not None and self.may_read and time.monotonic() - self._half_sent_s > HALF_SENT_S:
            self.drop(f"A message was begun and not ended for {HALF_SENT_S:g} s.")

    def drop(self, reason: str) -> None:
        """Hang up, and say why, if the client listens."""
        if self.alive:
            self.send(Refused(0, reason))
            self.alive, self.dropped_for = False, self.dropped_for or reason

    def send(self, message: Hello | Status | Accepted | Refused) -> None:
        """Send without waiting."""
        if self._listens:
            self._unsent += framed(self._codec.encode(message))
            self.write()

    def write(self) -> None:
        """Send what is left."""
        try:
            while self._unsent:
                del self._unsent[: self.connection.send(self._unsent)]
        except BlockingIOError:
            if len(self._unsent) > MAX_UNSENT_BYTES:
                self.alive = False
                self.dropped_for = f"A client has not read {len(self._unsent)} bytes."
        except OSError:
            self._listens = False
            self._unsent.clear()


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
            if len(self._clients) == MAX_CLIENTS:
                client.send(Refused(0, f"{MAX_CLIENTS} clients are attached, and no more can be. Close one."))
                connection.close()
                return
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
            client.check()
            if not client.alive:
                if client.dropped_for:
                    print(f"A client was dropped. {client.dropped_for}", file=sys.stderr, flush=True)
                if client.connection in self._selector.get_map():
                    self._selector.unregister(client.connection)
                client.connection.close()
                self._clients.remove(client)
            else:
                self._watch(client)

    @property
    def has_asked(self) -> bool:
        """Whether a client has a message to carry out."""
        return any(client.has_asked for client in self._clients)

    def take_turns(self) -> list[Client]:
        """The clients with messages to carry out. Each is the first once in a while."""
        self._clients = self._clients[1:] + self._clients[:1]
        return [client for client in self._clients if client.has_asked]

    def _watch(self, client: Client) -> None:
        """Wait for what the client may do now; a full inbox or outbox makes it wait instead."""
        wanted = selectors.EVENT_READ if client.may_read else 0
        wanted |= selectors.EVENT_WRITE if client.waits_to_write else 0
        registered = client.connection in self._selector.get_map()
        if registered and not wanted:
            self._selector.unregister(client.connection)
        elif registered:
            self._selector.modify(client.connection, wanted, client)
        elif wanted:
            self._selector.register(client.connection, wanted, client)

    def close(self) -> None:
        """Hang up and remove the socket."""
        for client in self._clients:
            client.connection.close()
        self._listener.close()
        self.path.unlink(missing_ok=True)
