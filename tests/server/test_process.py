"""No action stops the sound: not a crash of the worker or a client, not a lost device, not bad input."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient, EngineGone
from engine.bridge.places import running_engines
from engine.bridge.segments import memory_folder
from engine.core.commands import LoadKit, Play, SetTempo, ToggleStep, TriggerPad
from engine.core.errors import DeviceNotFound, TaoError
from engine.core.kit import Kit, OneShot
from engine.core.names import MAX_NOTICE
from engine.core.requests import LoadFolder, OpenAudio
from engine.server.launch import find_engine, start_engine
from tests.jack_server import mortal_jack
from tests.rig import RunningEngine, running_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null", job_stall_s=3.0) as engine:
        yield engine


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """One engine for all tests that must not harm it."""
    with running_engine(tmp_path_factory.mktemp("lasting"), "null") as engine:
        yield engine


def plays_on(client: EngineClient) -> bool:
    """Whether time passes for the music."""
    frames = client.snapshot().meters.frames
    return client.wait(lambda s: s.meters.frames > frames and s.meters.playing, 3.0)


def test_a_worker_that_is_killed_costs_one_notice(engine: RunningEngine) -> None:
    engine.client.ask(Play())
    engine.load_kit("first")
    engine.client.load_folder("crash")
    assert engine.client.wait(lambda s: any(n.urgent for n in s.status.notices), 5.0)
    engine.load_kit("second")
    notices = [notice for notice in engine.client.snapshot().status.notices if notice.urgent]
    assert len(notices) == 1 and "restarted" in notices[0].text and plays_on(engine.client)


def test_a_kit_that_is_opened_is_not_called_decomposed(engine: RunningEngine) -> None:
    engine.load_kit("first")
    said = [notice.text for notice in engine.client.snapshot().status.notices]
    assert "The kit first plays from the next bar line on." in said and not any("matches" in text for text in said)


def test_a_worker_that_hangs_is_stopped_in_time(engine: RunningEngine) -> None:
    engine.client.load_folder("hang")
    assert engine.client.wait(lambda s: bool(s.status.notices), 8.0)
    assert "no progress on hang for 3 s" in engine.client.snapshot().status.notices[0].text
    engine.load_kit("after")


def test_a_job_can_be_stopped_even_if_the_worker_does_not_listen(engine: RunningEngine) -> None:
    engine.client.load_folder("hang")
    assert engine.client.wait(lambda s: s.status.job is not None, 5.0)
    engine.client.cancel_job()
    assert engine.client.wait(lambda s: s.status.job is None, 5.0)
    assert engine.client.snapshot().status.notices[-1].text == "Stopped loading hang."


def test_a_bad_file_is_one_sentence(lasting: RunningEngine) -> None:
    lasting.client.ask(OpenAudio("/nowhere/loop.wav"))
    sentence = "/nowhere/loop.wav is no audio file; pick another."
    assert lasting.client.wait(lambda s: any(notice.text == sentence for notice in s.status.notices), 5.0)


def test_a_client_that_is_killed_does_not_stop_the_music(lasting: RunningEngine) -> None:
    program = ("import sys, time; from engine.bridge.client import EngineClient; from engine.core.commands import Play;"
               "c = EngineClient(sys.argv[1]); c.ask(Play()); print('playing', flush=True); time.sleep(60)")
    client = subprocess.Popen([sys.executable, "-c", program, str(lasting.socket)], stdout=subprocess.PIPE)
    try:
        assert client.stdout is not None and client.stdout.readline() == b"playing\n"
    finally:
        client.kill()
        client.wait()
    assert plays_on(lasting.client)


def test_a_client_that_talks_nonsense_is_told_so_and_harms_nobody(lasting: RunningEngine) -> None:
    lasting.client.ask(Play())
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(lasting.socket))
        client.sendall(b"\x00\x00\x00\x03abc" + b"\xff" * 64)
        client.settimeout(5.0)
        heard = b""
        while piece := client.recv(4096):
            heard += piece
    assert b"could not be read" in heard and plays_on(lasting.client)


def test_a_client_that_never_reads_does_not_slow_the_others(lasting: RunningEngine) -> None:
    before = lasting.client.snapshot().status.machine.pattern
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(lasting.socket))
        for index in range(416):
            lasting.client.ask(ToggleStep("kick", index % 16))
        assert lasting.client.snapshot().status.machine.pattern == before


def test_a_kit_whose_samples_are_nowhere_is_refused(lasting: RunningEngine) -> None:
    with pytest.raises(TaoError, match="is not loaded"):
        lasting.client.ask(LoadKit(Kit("ghost", {"kick": OneShot("ab" * 8, 100)})))


@pytest.mark.parametrize("command", [SetTempo(float("nan")), SetTempo(1e9), TriggerPad("kick", float("inf")),
                                     ToggleStep("kick", 10**12), LoadFolder("\0"),
                                     OpenAudio("/tmp/" + "x" * 200_000)])
def test_values_from_nowhere_are_refused_or_harmless(lasting: RunningEngine, command: object) -> None:
    lasting.client.ask(Play())
    try:
        lasting.client.ask(command)  # type: ignore[arg-type]
    except TaoError as error:
        assert not isinstance(error, EngineGone)
    assert plays_on(lasting.client)


def test_a_refusal_is_short_whatever_was_asked(lasting: RunningEngine) -> None:
    lasting.client.ask(Play())
    with pytest.raises(TaoError) as refused:
        lasting.client.ask(ToggleStep("x" * 1_000_000, 0))
    assert len(str(refused.value)) <= MAX_NOTICE and plays_on(lasting.client)


def test_nothing_waits_for_a_frame_in_the_far_future(lasting: RunningEngine) -> None:
    for at_frames in (48000 * 3600, 1 << 41, 1 << 50):
        with pytest.raises(TaoError):
            lasting.client.ask(SetTempo(99.0), at_frames=at_frames)
    assert not lasting.client.snapshot().status.pending


def test_a_terminal_that_closes_does_not_end_the_engine(lasting: RunningEngine) -> None:
    lasting.client.ask(Play())
    os.kill(lasting.client.pid, signal.SIGHUP)
    assert plays_on(lasting.client)


def test_sigterm_ends_the_engine_and_leaves_nothing_behind(engine: RunningEngine) -> None:
    shared = memory_folder() / str(engine.client.pid)
    assert shared.is_dir() and find_engine() is not None
    os.kill(engine.client.pid, signal.SIGTERM)
    assert engine.process.wait(5) == 0
    assert not shared.exists() and not engine.socket.exists()
    with pytest.raises(EngineGone):
        engine.client.ask(Play())
    assert "has stopped" in (engine.client.snapshot().status.banner or "")


def test_a_killed_engine_is_not_found_again(engine: RunningEngine) -> None:
    assert engine.socket in running_engines()
    engine.process.kill()
    engine.process.wait()
    assert engine.socket not in running_engines() and not engine.socket.exists()


def test_another_client_sees_the_same_machine(lasting: RunningEngine) -> None:
    lasting.client.ask(ToggleStep("snare", 4))
    other = EngineClient(lasting.socket)
    try:
        assert other.snapshot().status.machine == lasting.client.snapshot().status.machine
    finally:
        other.close()


def test_undo_and_redo_reach_far(engine: RunningEngine) -> None:
    for index in range(250):
        engine.client.send(ToggleStep("kick", index % 16, 0.1 + index / 500))
    full = engine.client
    full.ask(ToggleStep("snare", 0))
    for _ in range(251):
        full.undo()
    assert full.wait(lambda s: not any(any(t.steps) for t in s.status.machine.pattern.tracks), 10.0)
    for _ in range(251):
        full.redo()
    assert full.wait(lambda s: s.status.machine.pattern.track("snare").steps[0] is not None, 10.0)


def test_a_jack_server_that_dies_leaves_the_music_on_the_clock(tmp_path: Path) -> None:
    with mortal_jack(tmp_path / "jackd.log") as server, running_engine(tmp_path, "jack") as engine:
        engine.client.ask(Play())
        assert engine.client.snapshot().status.backend == "jack"
        server.kill()
        assert engine.client.wait(lambda s: s.status.backend == "null", 10.0)
        assert "went away" in (engine.client.snapshot().status.banner or "") and plays_on(engine.client)
        engine.finish()


@pytest.mark.parametrize(("audio", "changes"), [("jack", {}), ("portaudio", {"device": "no such device"})])
def test_a_device_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, audio: str,
                                             changes: dict[str, str]) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "tao-nobody")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    with pytest.raises(DeviceNotFound, match="--audio null") as caught:
        start_engine(EngineSettings(audio, str(tmp_path / "t"), str(tmp_path / "s"), **changes))
    assert caught.value.exit_code == 3


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    began = time.monotonic()
    with pytest.raises(TaoError, match="file"):
        start_engine(EngineSettings("null", str(tmp_path / "t"), str(tmp_path / "file" / "s")))
    assert time.monotonic() - began < 20.0
