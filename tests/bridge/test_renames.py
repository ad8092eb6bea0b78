"""Messages written with older names are read with the present ones, however deep the old name lies."""

from dataclasses import dataclass

import msgspec
import pytest

from engine.bridge.codec import BadMessage, Codec
from engine.bridge.renames import Renames


@dataclass(frozen=True, slots=True)
class Inner:
    """Had a field `old`."""

    new: int
    same: str = "same"


@dataclass(frozen=True, slots=True)
class Outer:
    """Was called Envelop; holds the inner one in every way there is."""

    one: Inner | None
    many: tuple[Inner | None, ...]
    named: dict[str, Inner]
    plain: frozenset[str] = frozenset()


RENAMES = Renames({"Envelop": "Outer"}, {"Inner": {"old": "new"}})
EXPECTED = Outer(Inner(1), (Inner(2), None), {"x": Inner(3, "other")}, frozenset({"y"}))


def written(name: str) -> bytes:
    """What an older version wrote."""
    payload = {"one": {"old": 1, "same": "same"}, "many": [{"old": 2}, None],
               "named": {"x": {"old": 3, "same": "other"}}, "plain": ["y"]}
    return msgspec.msgpack.encode([name, payload, "now", 0, 0])


def test_an_old_message_is_read_with_the_present_names() -> None:
    assert Codec([Outer], RENAMES).decode(written("Envelop")).message == EXPECTED


def test_without_the_map_an_old_message_is_refused() -> None:
    for codec, name in ((Codec([Outer]), "Envelop"), (Codec([Outer]), "Outer")):
        with pytest.raises(BadMessage):
            codec.decode(written(name))


def test_a_message_of_today_is_read_by_the_same_codec() -> None:
    codec = Codec([Outer, Inner], RENAMES)
    assert codec.decode(codec.encode(EXPECTED)).message == EXPECTED
    assert codec.decode(codec.encode(Inner(4))).message == Inner(4)
