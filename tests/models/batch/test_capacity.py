"""How many files are decomposed at once."""

import pytest

from models.batch.capacity import PROCESS_MB, cores, free_mb, size_for


@pytest.mark.parametrize(("files", "asked", "processors", "memory_mb", "size"), [
    (1000, None, 8, 64000, 8), (3, None, 8, 64000, 3), (1000, None, 8, 3 * PROCESS_MB + 1, 3), (1000, None, 8, 100, 1),
    (1000, None, 8, None, 8), (1000, 4, 2, 100, 4), (2, 4, 2, 100, 2)])
def test_there_is_a_process_for_each_core_as_far_as_memory_goes_or_as_many_as_asked(
        files: int, asked: int | None, processors: int, memory_mb: int | None, size: int) -> None:
    assert size_for(files, asked, processors, memory_mb) == size


def test_this_computer_has_a_core_and_some_memory() -> None:
    memory_mb = free_mb()
    assert cores() >= 1 and (memory_mb is None or memory_mb > 0)
