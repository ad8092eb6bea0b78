"""Frames on a stream: four bytes of length, big-endian, then that many bytes of message."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from engine.bridge.codec import BadMessage

MAX_BYTES = 16 << 20
_LENGTH = struct.Struct(">I")


def framed(data: bytes) -> bytes:
    """`data` with its length in front."""
    if len(data) > MAX_BYTES:
        raise BadMessage(f"A message is at most {MAX_BYTES} bytes long; this one has {len(data)}.")
    return _LENGTH.pack(len(data)) + data


class FrameReader:
    """Cuts a stream, arriving in pieces of any size, back into messages. max_bytes: the longest message."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._buffer, self._max_bytes = bytearray(), max_bytes

    @property
    def rest(self) -> bytearray:
        """What has arrived after the last whole message."""
        return self._buffer

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Every message that `piece` completes. Raises BadMessage at an impossible length."""
        self._buffer += piece
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > self._max_bytes:
                raise BadMessage(f"A message has at most {self._max_bytes} bytes; {length} were announced.")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            message = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield message


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one message to a blocking stream, at once."""
    stream.write(framed(data))
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message of a blocking stream, or None at its end. Raises BadMessage when it ends inside one."""
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise BadMessage("The stream ended in the middle of a message.")
    (length,) = _LENGTH.unpack(head)
    if length > MAX_BYTES:
        raise BadMessage(f"A message has at most {MAX_BYTES} bytes; {length} were announced.")
    data = stream.read(length)
    if len(data) < length:
        raise BadMessage("The stream ended in the middle of a message.")
    return data
