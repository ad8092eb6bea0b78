"""A session is rendered to a file piece by piece, however long it lasts, and says what of it cannot be read."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.live.journal import LOG, Faded, Journal, Jumped, Session
from engine.server.rendering import header_of
from tests.live.test_journal import AUDIO, RATE
from tests.live.test_journal import folder as folder  # the fixture

HOUR = 3600 * RATE


@pytest.mark.slow
def test_a_rendered_session_is_its_replay(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from engine.server.rendering import write_session
    from engine.sessions.replay import replay_session

    frames, rate = write_session(folder, tmp_path / "out.wav")
    audio, found = soundfile.read(tmp_path / "out.wav", dtype="float32")
    assert (frames, rate) == (len(audio), found) == (15000 + 2 * RATE, RATE)
    assert np.array_equal(audio, replay_session(folder)[0]) and np.array_equal(audio[1000:5800], AUDIO)
    log = folder / LOG
    log.write_bytes(log.read_bytes()[:-3])
    write_session(folder, tmp_path / "out.wav")
    assert f"tao: {log} cannot be read from byte" in capsys.readouterr().err


@pytest.mark.slow
def test_dropped_minutes_are_silence_in_the_file(tmp_path: Path) -> None:
    from engine.server.rendering import write_session

    journal = Journal(tmp_path / "s", Session(8000, "bypass", 1024))
    journal.add(Jumped(8000, 8000 + 600 * 8000))
    journal.add(Faded(9000 + 600 * 8000, 80))
    journal.close()
    frames, _ = write_session(tmp_path / "s", tmp_path / "out.wav")
    assert frames == soundfile.info(tmp_path / "out.wav").frames == 9080 + 600 * 8000


@pytest.mark.parametrize("frames", [0, 48000, 7 * HOUR])
def test_a_file_beyond_four_gigabytes_has_a_header_that_says_so(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "long.wav"
    header = header_of(frames, RATE)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + 8 * frames)  # sparse
    found = soundfile.info(path)
    assert (found.frames, found.samplerate, found.channels, found.subtype) == (frames, RATE, 2, "FLOAT")
