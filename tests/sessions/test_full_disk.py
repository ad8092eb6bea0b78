"""A disk that is full in the middle of a session costs nothing that was there before, and nothing that comes later."""

import time
from pathlib import Path

import pytest

from benchmarks.crashing.faults import filled, small_disk
from engine.core.commands import Play
from engine.core.requests import Resample
from engine.sessions.restore import restore
from tests.rig import running_engine


def test_a_session_on_a_full_disk_is_saved_as_a_whole_once_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as mounted:
        if not mounted:
            pytest.skip("only root may mount a small disk")
        with running_engine(tmp_path / "disk", "null", block_frames=512) as engine:
            client = engine.client

            def said(words: str) -> bool:
                return client.wait(lambda s: any(words in notice.text for notice in s.status.notices), 20.0)

            engine.load_kit("kitA")
            client.ask(Play())
            with filled(tmp_path / "disk"):
                client.ask(Resample("master", 4))
                assert said("It is not saved") and said("no longer being saved")
                frames = client.snapshot().meters.frames
                assert client.wait(lambda s: s.meters.frames > frames and s.meters.playing), "the music goes on"
            assert said("the session is saved") and said("room on the disk again")
            engine.load_kit("kitB")
            client.ask(Resample("master", 4))
            assert client.wait(lambda s: len(list(engine.takes.glob("take*.wav"))) == 2, 20.0)
            time.sleep(2.5)  # the journal is written once a second
            session = engine.session
            engine.process.kill()
            engine.process.wait()
        restored = restore(session, 48000)
        assert restored.problems == () and any(machine.kit.name == "kitB" for machine in restored.machines)
