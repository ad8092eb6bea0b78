"""Messages survive a stream that arrives in any pieces."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bridge.codec import BadMessage
from engine.bridge.wire import MAX_BYTES, FrameReader, framed, read_frame, write_frame


@given(st.lists(st.binary(max_size=50), max_size=6), st.data())
def test_messages_arrive_whole_in_whatever_pieces(sent: list[bytes], data: st.DataObject) -> None:
    stream, reader, found = b"".join(map(framed, sent)), FrameReader(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert found == sent


def test_a_pipe_gives_messages_until_its_end() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, b"one")
    write_frame(pipe, b"")
    pipe.seek(0)
    assert [read_frame(pipe), read_frame(pipe), read_frame(pipe)] == [b"one", b"", None]


@pytest.mark.parametrize("cut", [2, 5])
def test_a_stream_that_breaks_off_is_told_from_one_that_ends(cut: int) -> None:
    with pytest.raises(BadMessage, match="middle"):
        read_frame(io.BytesIO(framed(b"whole")[:cut]))


def test_an_absurd_length_is_refused_before_memory_is_taken() -> None:
    absurd = struct.pack(">I", MAX_BYTES + 1)
    with pytest.raises(BadMessage, match="were announced"):
        list(FrameReader().feed(absurd))
    with pytest.raises(BadMessage, match="were announced"):
        read_frame(io.BytesIO(absurd))
