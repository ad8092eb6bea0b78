"""Messages as bytes: MessagePack, typed and validated when they are read. Nothing is ever pickled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import msgspec.inspect

from engine.bridge.renames import Renames
from engine.core.commands import Boundary
from engine.core.errors import TaoError
from engine.core.names import readable
from engine.core.timeline import MAX_TIME

MAX_ID = 1 << 62


class BadMessage(TaoError):
    """Bytes that are not a message known here. id: the message's, as far as it could be read; else 0."""

    id = 0


class _Wire(msgspec.Struct, array_like=True):
    """[type name, payload, boundary, target frame, id]; the last three may be left out."""

    name: str
    payload: msgspec.Raw
    boundary: Boundary = Boundary.NOW
    at_frames: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message and when it should take effect. at_frames 0: as soon as possible; id 0: no answer is expected."""

    message: Any
    boundary: Boundary = Boundary.NOW
    at_frames: int = 0
    id: int = 0


class Codec:
    """Encodes any dataclass of core or bridge; decodes only the types it was given. renames: for stored messages that
    were written with older names."""

    def __init__(self, types: Iterable[type], renames: Renames | None = None) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._wire = msgspec.msgpack.Decoder(_Wire)
        self._renames = renames or Renames()
        self._types = {type_.__name__: type_ for type_ in types}
        self._decoders: dict[str, Callable[[msgspec.Raw], Any]] = {}  # each made when it is first needed

    def encode(self, message: Any, boundary: Boundary = Boundary.NOW, at_frames: int = 0,
               id: int = 0) -> bytes:
        """The bytes of one message."""
        payload = msgspec.Raw(self._encoder.encode(message))
        return self._encoder.encode(_Wire(type(message).__name__, payload, boundary, at_frames, id))

    def decode(self, data: bytes) -> Envelope:
        """The message in `data`. Raises BadMessage, whatever the bytes are."""
        number = 0
        try:
            wire = self._wire.decode(data)
            number = wire.id
            name = self._renames.classes.get(wire.name, wire.name)
            if name not in self._types:
                known = ", ".join(sorted(self._types))
                raise _bad(number, f"No message here is called {wire.name[:40]!r}; there are {readable(known, 200)}.")
            if name not in self._decoders:
                self._decoders[name] = self._decoder(self._types[name])
            message = self._decoders[name](wire.payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise _bad(number, f"A message could not be read: {readable(str(error), 300)}") from None
        if not (0 <= wire.at_frames <= MAX_TIME and 0 <= wire.id < MAX_ID):
            raise _bad(number, "A message's target frame and id are whole numbers from 0 up, which a song can reach.")
        return Envelope(message, wire.boundary, wire.at_frames, wire.id)

    def _decoder(self, type_: type) -> Callable[[msgspec.Raw], Any]:
        """What turns the payload of this type into a message."""
        info = msgspec.inspect.type_info(type_)
        if not self._renames.touches(info):
            return msgspec.msgpack.Decoder(type_).decode

        def decode(payload: msgspec.Raw) -> Any:
            return msgspec.convert(self._renames.renamed(msgspec.msgpack.decode(payload), info), type_)

        return decode


def _bad(number: int, text: str) -> BadMessage:
    error = BadMessage(text)
    error.id = number if 0 <= number < MAX_ID else 0
    return error
