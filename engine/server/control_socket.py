"""The control socket: faces come and go, say what they want, and hear what has changed."""

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


class Face:
    """One connection. What it does not read in time is kept, up to a limit; then it is dropped."""

    def __init__(self, connection: socket.socket, codec: Codec) -> None:
        connection.setblocking(False)
        self.connection = connection
        self._codec = codec
        self._frames = FrameReader()
        self._unsent = bytearray()
        self.alive = True
        self.missed_news = False

    @property
    def waits_to_write(self) -> bool:
        """Whether there is something that the face has not taken yet."""
        return bool(self._unsent)

    def read(self) -> Iterator[Envelope | BadMessage]:
        """What has arrived; a message that cannot be read is its error."""
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

    def tell(self, message: Hello | Status | Accepted | Refused) -> None:
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


class Faces:
    """All faces of one engine, on one private socket. Raises OSError when it cannot listen at `path`."""

    def __init__(self, path: Path, meters_path: Path, selector: selectors.BaseSelector) -> None:
        self.path, self._meters_path, self._selector = path, meters_path, selector
        self._codec = Codec(messages.FROM_CLIENTS)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(8)
        self._listener.setblocking(False)
        self._faces: list[Face] = []
        self._newest: Status | None = None
        selector.register(self._listener, selectors.EVENT_READ, self)

    def accept(self, status: Status) -> None:
        """Welcome a new face."""
        with contextlib.suppress(OSError):  # it may have gone again already
            connection, _ = self._listener.accept()
            face = Face(connection, self._codec)
            self._faces.append(face)
            self._selector.register(connection, selectors.EVENT_READ, face)
            face.tell(Hello(os.getpid(), str(self._meters_path)))
            face.tell(status)

    def publish(self, status: Status) -> None:
        """Tell every face what there is now. A face that is still busy with older news hears it later."""
        self._newest = status
        for face in self._faces:
            face.missed_news = face.waits_to_write
            if not face.missed_news:
                face.tell(status)

    def tidy(self) -> None:
        """Let go of faces that have gone; ask for writability where something is left to send."""
        for face in list(self._faces):
            if face.missed_news and not face.waits_to_write and self._newest is not None:
                face.missed_news = False
                face.tell(self._newest)
            if not face.alive:
                self._selector.unregister(face.connection)
                face.connection.close()
                self._faces.remove(face)
            else:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if face.waits_to_write else 0)
                self._selector.modify(face.connection, wanted, face)

    def close(self) -> None:
        """Hang up and remove the socket."""
        for face in self._faces:
            face.connection.close()
        self._listener.close()
        self.path.unlink(missing_ok=True)
