"""Audio crosses in shared memory without a copy, and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.bridge.segments import (
    SegmentMissing,
    forget_segments,
    map_segment,
    memory_folder,
    touch,
    unlink_segment,
    write_segment,
)

AUDIO = np.random.default_rng(1).normal(size=(3000, 2)).astype(np.float32)


def test_audio_is_the_same_on_the_other_side(tmp_path: Path) -> None:
    name, offsets = write_segment(tmp_path, [AUDIO[:1000], AUDIO[1000:]])
    assert offsets == [0, 1000]
    assert np.array_equal(map_segment(name, 2000, 2, 1000), AUDIO[1000:])


def test_what_is_mapped_cannot_be_written(tmp_path: Path) -> None:
    view = map_segment(write_segment(tmp_path, [AUDIO])[0], 3000)
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1.0


def test_audio_outlives_its_name(tmp_path: Path) -> None:
    name, _ = write_segment(tmp_path, [AUDIO])
    view = map_segment(name, 3000)
    touch(view)
    unlink_segment(name)
    unlink_segment(name)
    assert np.array_equal(view, AUDIO) and not list(tmp_path.iterdir())


def test_a_segment_outlives_the_process_that_wrote_it(tmp_path: Path) -> None:
    program = ("import sys, numpy; from engine.bridge.segments import write_segment;"
               "print(write_segment(sys.argv[1], [numpy.full((8, 2), 0.5, 'f4')])[0])")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert (map_segment(done.stdout.strip(), 8) == 0.5).all() and not done.stderr


@pytest.mark.parametrize(("frames", "offset"), [(3001, 0), (3000, 1), (0, 0), (1, -1)])
def test_a_segment_that_is_too_short_is_refused(tmp_path: Path, frames: int, offset: int) -> None:
    name, _ = write_segment(tmp_path, [AUDIO])
    with pytest.raises(SegmentMissing):
        map_segment(name, frames, 2, offset)


def test_a_segment_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SegmentMissing, match="cannot be mapped"):
        map_segment(str(tmp_path / "gone"), 1)


def test_the_folder_is_private() -> None:
    status = memory_folder().stat()
    assert status.st_mode & 0o777 == 0o700 and status.st_uid == os.getuid()


FULL = """
import resource, sys, numpy
from engine.bridge.segments import NoSharedMemory, write_segment
resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
try:
    write_segment(sys.argv[1], [numpy.ones((8, 2), 'f4'), numpy.ones((300000, 2), 'f4')])
except NoSharedMemory as full:
    print(full)
print(write_segment(sys.argv[1], [numpy.ones((8, 2), 'f4')])[0])
"""


def test_full_shared_memory_is_one_sentence_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    sentence, name = done.stdout.splitlines()
    assert sentence.startswith("There is no room in shared memory for 2.4 MB of audio")
    assert [str(path) for path in tmp_path.iterdir()] == [name], "it works again when there is room"


def test_segments_that_nobody_wants_are_removed(tmp_path: Path) -> None:
    (tmp_path / "meters").write_bytes(b"")
    wanted, _ = write_segment(tmp_path, [AUDIO])
    write_segment(tmp_path, [AUDIO])
    forget_segments(tmp_path, {wanted})
    assert sorted(path.name for path in tmp_path.iterdir()) == [Path(wanted).name, "meters"]
