"""The audio thread's memory is described once, and nothing in it is idle."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.host_layout import HOST_DTYPE, JACK_POSITION_DTYPE
from engine.core.errors import InvalidValue
from engine.dsp import layout
from engine.dsp.layout import MEMORY_DTYPE, MIDI_RING_DTYPE, RING_DTYPE
from engine.dsp.processor import Processor

ROOMS = [Path(layout.__file__).parents[1] / room for room in ("dsp", "audio")]
CACHE_LINE = 64


def names(record: np.dtype) -> Iterator[str]:
    """Every field of a record, and of the records in it."""
    for name in record.names or ():
        yield name
        yield from names(record[name].base)


def test_every_field_is_used() -> None:
    texts = [file.read_text() for room in ROOMS for file in room.rglob("*.py") if not file.stem.endswith("layout")]
    used = set(re.findall(r"\.(\w+)|\"(\w+)\"", "\n".join(texts)))
    known = {name for pair in used for name in pair}
    theirs = set(names(JACK_POSITION_DTYPE))  # JACK decides what is in it
    assert {*names(MEMORY_DTYPE), *names(HOST_DTYPE)} - theirs - known == set()


@pytest.mark.parametrize("ring", [RING_DTYPE, MIDI_RING_DTYPE])
def test_reader_and_writer_of_a_ring_share_no_cache_line(ring: np.dtype) -> None:
    starts = sorted(offset for _, offset, *_ in (ring.fields or {}).values())
    assert np.diff(starts).min() >= CACHE_LINE


def test_python_and_kernels_see_the_same_memory() -> None:
    processor = Processor(8000, 64)
    processor.memory["state"]["expected"], processor.memory["state"]["started"] = 640, 1
    processor.process(np.full((64, 2), 0.25, np.float32), 640)
    state = processor.memory["state"]
    assert (state["expected"], state["dropped"]) == (704, 0)
    assert processor.memory["capture"]["written"][0] == 704 and processor.memory["input_peaks"].tolist() == [0.25, 0.25]


def test_a_block_longer_than_the_memory_is_refused() -> None:
    with pytest.raises(InvalidValue, match="at most 8192 frames"):
        Processor(8000, layout.MAX_FRAMES + 1)
