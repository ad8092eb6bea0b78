"""Names and texts have a limit wherever they come from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.bridge.codec import BadMessage, Codec
from engine.bridge.messages import FROM_CLIENTS
from engine.core.commands import LoadKit
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.midi import Midi, Route
from engine.core.names import MAX_NAME, MAX_NOTICE, check_path, path_of, readable
from engine.core.pattern import Track
from engine.core.requests import ConnectMidi, Direction, Learn
from engine.core.snapshot import Notice
from engine.core.step import Overrides
from engine.live.notices import Notices

LONG = "x" * (MAX_NAME + 1)
NAMED: list[Callable[[str], object]] = [
    Kit, lambda name: Kit("k", {name: OneShot("aa", 1)}), lambda name: Track(name, (None,)),
    lambda name: PlayedLoop("aa", 1, 1, name), lambda name: Overrides(one_shot=name),
    lambda name: Midi(routes={name: Route(1)}), lambda name: Midi(pads={36: name}),
    lambda name: ConnectMidi(Direction.IN, 1, name), Learn]


@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize("name", [LONG, "a\0b", "a\ud800b"])
def test_a_name_too_long_or_not_text_is_refused(named: Callable[[str], object], name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        named(name)
    assert len(str(refused.value)) < 200
    named("x" * MAX_NAME)


@pytest.mark.parametrize("path", ["/tmp/" + "x" * 200_000, "a\0b", "\udcff"])
def test_a_path_that_no_file_can_have_is_refused(path: str) -> None:
    with pytest.raises(InvalidValue, match="not a path"):
        check_path(path)


def test_a_path_begins_at_home_if_that_home_is_known() -> None:
    assert path_of("~/loops") == Path.home() / "loops" and path_of("/a/~b") == Path("/a/~b")
    assert path_of("~nobody is called this/loops") == Path("~nobody is called this/loops")


def test_kits_and_overviews_have_a_limit() -> None:
    with pytest.raises(InvalidValue, match="128"):
        Kit("k", {str(number): OneShot("aa", 1) for number in range(129)})
    with pytest.raises(InvalidValue, match="overview"):
        PlayedLoop("aa", 1, 1, overview=(0.0,) * 513)


def test_a_name_from_another_process_is_checked_when_it_is_read() -> None:
    codec = Codec(FROM_CLIENTS)
    good = codec.encode(LoadKit(Kit("x" * MAX_NAME)), id=7)
    with pytest.raises(BadMessage, match="256 letters") as refused:
        codec.decode(good.replace(b"x" * MAX_NAME, b"x" * (MAX_NAME + 1)).replace(b"\xda\x01\x00", b"\xda\x01\x01"))
    assert refused.value.id == 7  # so that the client that asked gets the answer


def test_notices_are_cut_and_stay_on_one_line() -> None:
    notices = Notices()
    notices(Notice("a\nb\x1b[2J" + "c" * 1_000_000, urgent=True))
    (kept,) = notices.newest
    assert kept.urgent and kept.text.startswith("a b?[2Jccc") and len(kept.text) == MAX_NOTICE


def test_text_that_can_be_read_stays_as_it_is() -> None:
    assert readable("Größe 7 — 鼓") == "Größe 7 — 鼓"
    assert readable("\udcff\0") == "??"
    assert readable("abcdef", 4) == "abc…"


@pytest.mark.parametrize("typed", ["/music/my loop.wav", "'/music/my loop.wav'", '"/music/my loop.wav"'])
def test_a_path_may_be_pasted_with_its_quotes(typed: str) -> None:
    assert path_of(typed) == Path("/music/my loop.wav")
