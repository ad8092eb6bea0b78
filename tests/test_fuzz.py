"""Whatever bytes come in from outside, they are read or refused in one sentence. `python -m benchmarks.fuzz` tries a
million of them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers import Reader, readers
from tests.readers.damage import TOKENS, damaged

NAMES = ("kit.json", "take.json", "controller map", "note map", "calibration", "config.toml", "client messages",
         "worker messages", "MIDI messages", "journal", "session", "audio", "one-shots", "marks of a WAV",
         "kit folders", "MIDI files", "SFZ", "Hydrogen songs", "Hydrogen patterns", "Hydrogen drumkits")
DAMAGED = 60
edits = st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 40), st.binary(max_size=12) | st.sampled_from(TOKENS)),
                 max_size=5)


@pytest.fixture(scope="module")
def every_reader(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    found = readers(tmp_path_factory.mktemp("fuzz"))
    assert tuple(reader.name for reader in found) == NAMES
    return {reader.name: reader for reader in found}


@pytest.mark.parametrize("name", NAMES)
def test_good_input_is_read(every_reader: dict[str, Reader], name: str) -> None:
    for seed in every_reader[name].seeds:
        every_reader[name].read(seed)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_values_are_read_or_refused(every_reader: dict[str, Reader], name: str) -> None:
    for number in range(DAMAGED):
        every_reader[name].survives(every_reader[name].damaged(random.Random(number)))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100, deadline=None)
@given(st.integers(0, 9), edits)
def test_damaged_input_is_read_or_refused(every_reader: dict[str, Reader], name: str, which: int,
                                          changes: list[tuple[int, int, bytes]]) -> None:
    reader = every_reader[name]
    reader.survives(damaged(reader.seeds[which % len(reader.seeds)], changes))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(every_reader: dict[str, Reader], name: str, data: bytes) -> None:
    every_reader[name].survives(data)
