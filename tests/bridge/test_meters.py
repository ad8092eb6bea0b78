"""The meters page shows the newest whole block, or the one before."""

from pathlib import Path

import numpy as np
import pytest

from engine.bridge.meters import (
    DROPPED,
    FRAMES,
    INPUT,
    LOAD,
    MASTER,
    PEAKS,
    PLAYING,
    POSITION_TICKS,
    SEQUENCE,
    TRACKS,
    VOICES,
    MetersPage,
    create_page,
)
from engine.core.snapshot import Meters


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meters"


def test_a_face_reads_what_the_engine_wrote(path: Path) -> None:
    words = create_page(path)
    levels = words.view(np.float64)
    words[FRAMES], words[POSITION_TICKS], words[PLAYING] = 4800, 960, 1
    words[DROPPED], words[VOICES], words[TRACKS] = 2, 7, 3
    levels[MASTER : MASTER + 2], levels[INPUT : INPUT + 2], levels[LOAD] = (0.5, 0.25), (0.1, 0.2), 0.05
    levels[PEAKS : PEAKS + 3] = (0.3, 0.4, 0.6)
    assert MetersPage(path).read() == Meters(4800, 960, True, (0.3, 0.4, 0.6), (0.5, 0.25), (0.1, 0.2), 0.05, 2, 7)


def test_half_written_meters_are_never_shown(path: Path) -> None:
    words = create_page(path)
    page = MetersPage(path)
    words[FRAMES] = 128
    assert page.read().frames == 128
    words[SEQUENCE] += 1
    words[FRAMES] = 256
    assert page.read().frames == 128
    words[SEQUENCE] += 1
    assert page.read().frames == 256
