"""Ways to damage good input: byte by byte, or value by value in the shape that it has."""

import gzip
import io
import json
import math
import random
import re
import struct
import tarfile
from typing import Any

import msgspec

from engine.bridge.wire import FrameReader, framed

TOKENS = (b"null", b"NaN", b"-1", b"1e999", b"9" * 400,
          b'"\\ud800"', b'"\\u0000"', b"[", b"{}", b"true", b"\xff\xff\xff\xff",
          b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", b"\xcf" + b"\xff" * 8,
          b"\xd9\x05hello", b"\xc0", b"\x80", b"\xdd\xff\xff\xff\xff", b"x" * 300)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 7, 16, 128, 300, -5, 0.5, 1.5, -0.0, 1e-320, 1e9, 1e308, math.inf, -math.inf,
    math.nan,
    1 << 31, 1 << 40, 1 << 53, 1 << 60, -(1 << 60), (1 << 64) - 1, "", "x", "kick", "\0", "x" * 300, "é" * 40,
    "/dev/zero", "../../x", [], {}, [None], [[[]]], {"a": 1}, ["x"] * 200, b"\0")
IN_JSON: tuple[Any, ...] = (*(value for value in VALUES if not isinstance(value, bytes)), 10**400, "\ud800", "\n")
NUMBERS = (b"", b"-1", b"1e400", b"nan", b"-inf", b"999999999999", b"x", b"0", b"10" * 200, b"-0.0001", b"1e-320",
           b"2.5", b"-24", b"127", b"128", b"\xff\xfe")
IN_HEADERS = (0, 1, 2, 3, 8, 16, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 7999, 192001,
              1_500_007)


def damaged(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The seed with each (place in 0..65535 of its length, bytes to remove, bytes to put there) done to it."""
    data = bytearray(seed)
    for place, remove, put in edits:
        at = place * (len(data) + 1) >> 16
        data[at : at + remove] = put
    return bytes(data)


def some_edits(seed: bytes, chance: random.Random) -> bytes:
    """The seed with a few random edits, or cut off."""
    if chance.random() < 0.05:
        return seed[: chance.randrange(len(seed) + 1)]
    return damaged(seed, [(chance.randrange(65536), chance.choice((0, 1, 1, 4, chance.randrange(60))),
                           chance.choice(TOKENS) if chance.random() < 0.4 else chance.randbytes(chance.randrange(8)))
                          for _ in range(chance.randrange(1, 6))])


def header_edits(seed: bytes, chance: random.Random) -> bytes:
    """The seed with wrong numbers in its first bytes: rates, sizes, channels; or edits anywhere."""
    if chance.random() < 0.3:
        return some_edits(seed, chance)
    data = bytearray(seed)
    for _ in range(chance.randrange(1, 4)):
        form = chance.choice(("<H", "<I", ">H", ">I", "B", "<Q"))
        most = (1 << 8 * struct.calcsize(form)) - 1
        at = chance.randrange(min(len(data), 256) - 8)
        struct.pack_into(form, data, at, min(chance.choice(IN_HEADERS), most))
    return bytes(data)


def json_values(seed: bytes, chance: random.Random) -> bytes:
    """A JSON document with wrong values; or edits of its text."""
    if chance.random() < 0.3:
        return some_edits(seed, chance)
    document = json.loads(seed)
    for _ in range(chance.randrange(1, 5)):
        document = _changed(document, chance, IN_JSON)
    return json.dumps(document).encode()


def framed_values(seed: bytes, chance: random.Random) -> bytes:
    """Messages on a stream, or a journal, with wrong values inside; or edits of the bytes."""
    if chance.random() < 0.3:
        return some_edits(seed, chance)
    messages = [msgspec.msgpack.decode(data) for data in FrameReader().feed(seed)]
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(messages))
        messages[place] = _message_changed(messages[place], chance)
    return b"".join(framed(msgspec.msgpack.encode(message)) for message in messages)


def _message_changed(message: Any, chance: random.Random) -> Any:
    """[name, payload]; a plan's commands are messages again."""
    if not isinstance(message, list) or len(message) < 2 or chance.random() < 0.1:
        return _changed(message, chance, VALUES)
    name, payload, *rest = message
    commands = payload.get("commands") if isinstance(payload, dict) else None
    if isinstance(commands, list) and commands and isinstance(commands[0], bytes) and chance.random() < 0.8:
        inner = msgspec.msgpack.encode(_message_changed(msgspec.msgpack.decode(commands[0]), chance))
        return [name, {**payload, "commands": [inner, *commands[1:]]}, *rest]
    return [name, _changed(payload, chance, VALUES), *rest]


def texts_in_xml(seed: bytes, chance: random.Random) -> bytes:
    """A document with absurd texts between its tags; or edits of it."""
    return _replaced(seed, chance, rb">([^<>]+)<")


def values_in_text(seed: bytes, chance: random.Random) -> bytes:
    """Lines of NAME=VALUE with absurd values; or edits of them."""
    return _replaced(seed, chance, rb"=([^\s=]+)")


def drumkit(seed: bytes, chance: random.Random) -> bytes:
    """A gzipped archive with a damaged member; or edits of the archive."""
    if chance.random() < 0.2:
        return some_edits(seed, chance)
    packed = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(seed))) as archive, \
            tarfile.open(fileobj=packed, mode="w") as out:
        members = archive.getmembers()
        chosen = next((member for member in members if member.name.endswith("xml")), members[0]) \
            if chance.random() < 0.7 else chance.choice(members)
        for member in members:
            file = archive.extractfile(member)
            content = b"" if file is None else file.read()
            if member is chosen and content:
                content = (texts_in_xml if member.name.endswith("xml") else header_edits)(content, chance)
                member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), 1)


def _replaced(seed: bytes, chance: random.Random, pattern: bytes) -> bytes:
    """Some of what the pattern's group matches, replaced."""
    if chance.random() < 0.3:
        return some_edits(seed, chance)
    spans = [match.span(1) for match in re.finditer(pattern, seed)]
    data = bytearray(seed)
    for start, end in sorted(chance.sample(spans, min(len(spans), chance.randrange(1, 6))), reverse=True):
        data[start:end] = chance.choice(NUMBERS)
    return bytes(data)


def _changed(value: Any, chance: random.Random, values: tuple[Any, ...]) -> Any:
    """A copy with something in it replaced, removed, repeated or added."""
    if isinstance(value, dict) and value and chance.random() < 0.92:
        key = chance.choice(list(value))
        if chance.random() < 0.06:
            return {known: kept for known, kept in value.items() if known != key}
        return {**value, key: _changed(value[key], chance, values)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        if chance.random() < 0.06:
            return [*value[:at], *value[at:at + 1] * chance.choice((0, 2, 40)), *value[at + 1:]]
        return [*value[:at], _changed(value[at], chance, values), *value[at + 1:]]
    return chance.choice(values)
