"""Messages as bytes: MessagePack, typed and validated on the way in. Nothing is ever pickled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.core.commands import Boundary
from engine.core.errors import TaoError

MAX_FRAMES = 1 << 62


class BadMessage(TaoError):
    """Bytes from another process that are not a message we know."""


class _Wire(msgspec.Struct, array_like=True):
    """[type name, payload, boundary, target frame, id]; the last three may be left out."""

    name: str
    payload: msgspec.Raw
    boundary: Boundary = Boundary.NOW
    at_frames: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message and when it is wanted. at_frames 0: as soon as possible; id 0: no answer is expected."""

    message: Any
    boundary: Boundary = Boundary.NOW
    at_frames: int = 0
    id: int = 0


class Codec:
    """Encodes any dataclass of core or bridge; decodes only the types it was given."""

    def __init__(self, types: Iterable[type]) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._wire = msgspec.msgpack.Decoder(_Wire)
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
            type_.__name__: msgspec.msgpack.Decoder(type_) for type_ in types
        }

    def encode(self, message: Any, boundary: Boundary = Boundary.NOW, at_frames: int = 0,
               id: int = 0) -> bytes:
        """The bytes of one message."""
        payload = msgspec.Raw(self._encoder.encode(message))
        return self._encoder.encode(_Wire(type(message).__name__, payload, boundary, at_frames, id))

    def decode(self, data: bytes) -> Envelope:
        """The message in `data`. Raises BadMessage, whatever the bytes are."""
        try:
            wire = self._wire.decode(data)
            decoder = self._decoders.get(wire.name)
            if decoder is None:
                known = ", ".join(sorted(self._decoders))
                raise BadMessage(f"No message here is called {wire.name[:40]!r}; there are {known}.")
            message = decoder.decode(wire.payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise BadMessage(f"A message could not be read: {error}") from None
        if not (0 <= wire.at_frames < MAX_FRAMES and 0 <= wire.id < MAX_FRAMES):
            raise BadMessage("A message's target frame and id are whole numbers from 0 on.")
        return Envelope(message, wire.boundary, wire.at_frames, wire.id)
