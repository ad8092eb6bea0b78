"""The command line as its users meet it: results on stdout, one sentence on stderr, an exit code, no traceback."""

import json
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

import tao_live
from engine.core.commands import SetTempo
from engine.library.audio_files import write_wav
from models.demo import demo_loop
from tests.sessions.test_restore import decomposition, written
from tests.terminal import open_terminal

PROGRAM = Path(tao_live.__file__)
RATE = 22050


def run(*arguments: object, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one call."""
    monkeypatch.setattr(sys, "argv", ["tao_live.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        tao_live.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def tao(capsys, monkeypatch, tmp_path):
    """A call of the command line, with settings and data of its own."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return lambda *arguments: run(*arguments, capsys=capsys, monkeypatch=monkeypatch)


def clicks(seconds: float, channels: int = 1, rate: int = RATE) -> np.ndarray:
    """A kick-like thump on every half second."""
    frames = int(seconds * rate)
    place = np.arange(frames) % (rate // 2)
    thump = np.exp(-place / (0.03 * rate)) * np.sin(2 * np.pi * 60 * place / rate)
    return np.repeat(0.8 * thump[:, None], channels, 1).astype(np.float32)


@pytest.mark.slow
def test_the_demo_is_made_decomposed_and_rendered(tao, tmp_path: Path) -> None:
    code, _, talk = tao("demo", "-o", tmp_path / "demo")
    assert code == 0 and "92.00 BPM" in talk
    kit = json.loads((tmp_path / "demo/kit/kit.json").read_text())
    assert kit["schema"] == "tao.kit/1" and kit["bars"] == 2
    assert {track["name"] for track in kit["tracks"]} == {"kick", "snare", "hihat"}
    for track in kit["tracks"]:
        assert all((tmp_path / "demo/kit" / track[part]).is_file() for part in ("oneshot", "stem"))
    again, _ = soundfile.read(tmp_path / "demo/render.wav")
    loop, _ = soundfile.read(tmp_path / "demo/kit/loop.wav")
    assert len(again) == len(loop) and np.corrcoef(again[:, 0], loop[:, 0])[0, 1] > 0.5


@pytest.mark.slow
def test_decompose_prints_its_kit_as_json_and_nothing_else(tao, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loop.wav", clicks(4.0), RATE)
    code, out, said = tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit", "--json", "--beats", 8,
                          "--report")
    assert code == 0 and json.loads(out)["tempo_bpm"] == pytest.approx(120.0)
    assert json.loads(out) == json.loads((tmp_path / "kit" / "kit.json").read_text())
    assert (tmp_path / "kit" / "report.html").is_file() and "report.html" in said and "\x1b" not in said


@pytest.mark.slow
def test_a_corrected_folder_has_the_step_and_keeps_its_source(tao, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loop.wav", clicks(2.0), RATE)
    tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit", "--beats", 4)
    before = json.loads((tmp_path / "kit/kit.json").read_text())
    last = before["tracks"][0]["steps"][-1]["index"]
    code, out, talk = tao("correct", tmp_path / "kit", "--clear", f"{before['tracks'][0]['name']}:{last + 1}")
    after = json.loads((tmp_path / "kit/kit.json").read_text())
    assert code == 0 and not out and "before" in talk
    assert last not in [step["index"] for step in after["tracks"][0]["steps"]]
    assert (after["source"], after["made_by"]) == (before["source"], before["made_by"])


@pytest.mark.slow
def test_a_drum_that_was_named_wrongly_is_solved_again_under_its_own_name(tao, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loop.wav", clicks(2.0), RATE)
    tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit", "--beats", 4)
    before = json.loads((tmp_path / "kit/kit.json").read_text())
    name = before["tracks"][0]["name"]
    code, _, talk = tao("correct", tmp_path / "kit", "--rename", f"{name}=perc 1")
    after = json.loads((tmp_path / "kit/kit.json").read_text())
    assert code == 0, talk
    (track,) = [track for track in after["tracks"] if track["name"] == "perc 1"]
    assert track["midi_note"] == 60 and name not in [track["name"] for track in after["tracks"]]
    assert [step["index"] for step in track["steps"]] == [step["index"] for step in before["tracks"][0]["steps"]]
    for part in ("oneshot", "stem"):
        assert (tmp_path / "kit" / track[part]).is_file()
        assert not (tmp_path / "kit" / before["tracks"][0][part]).exists()


@pytest.mark.slow
def test_a_file_that_is_no_loop_is_cut_to_whole_bars(tao, tmp_path: Path) -> None:
    lead_in = np.zeros((int(0.7 * RATE), 1), np.float32)
    soundfile.write(tmp_path / "take.wav", np.concatenate([lead_in, clicks(9.1)]), RATE)
    code, out, err = tao("decompose", tmp_path / "take.wav", "-o", tmp_path / "kit", "--json", "--free")
    kit = json.loads(out) if code == 0 else {}
    assert code == 0, err
    assert kit["tempo_bpm"] * 2 ** round(np.log2(120 / kit["tempo_bpm"])) == pytest.approx(120.0, rel=0.01)


@pytest.mark.slow
def test_several_loops_get_a_folder_each_and_one_that_fails_does_not_stop_the_rest(tao, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clicks(2.0), RATE)
    (tmp_path / "b.wav").write_text("no audio")
    soundfile.write(tmp_path / "c.flac", clicks(2.0, 2), RATE)
    loops = [tmp_path / name for name in ("a.wav", "b.wav", "c.flac")]
    code, out, err = tao("decompose", *loops, "-o", tmp_path / "kits", "--json")
    assert code == 1 and len(out.splitlines()) == 2 and "b.wav" in err
    assert (tmp_path / "kits/a/kit.json").is_file() and (tmp_path / "kits/c/kit.json").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(("channels", "rate"), [(1, 8000), (8, 44100), (2, 192000)])
def test_any_channels_and_rate_are_taken(tao, tmp_path: Path, channels: int, rate: int) -> None:
    soundfile.write(tmp_path / "loop.wav", clicks(2.0, channels, rate), rate)
    code, _, err = tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit")
    assert code == 0, err


def write_bad(kind: str, path: Path) -> None:
    rng = np.random.default_rng(0)
    match kind:
        case "text":
            path.write_text("I am no audio at all. " * 20)
        case "empty":
            path.write_bytes(b"")
        case "truncated":
            soundfile.write(path, clicks(2.0), RATE)
            path.write_bytes(path.read_bytes()[:30])
        case "silence":
            soundfile.write(path, np.zeros((RATE, 2)), RATE)
        case "nan":
            broken = clicks(1.0)
            broken[100:200] = np.nan
            soundfile.write(path, broken, RATE, subtype="FLOAT")
        case "10 minutes":
            soundfile.write(path, np.tile(clicks(10.0, 1, 8000), (60, 1)), 8000)
        case "50 ms":
            soundfile.write(path, rng.uniform(-1, 1, RATE // 20), RATE)
        case "folder":
            path.mkdir()


@pytest.mark.parametrize("kind", ["missing", "text", "empty", "truncated", "silence", "nan", "10 minutes", "50 ms",
                                  "folder"])
def test_bad_audio_gets_one_sentence_and_exit_1(tao, tmp_path: Path, kind: str) -> None:
    write_bad(kind, tmp_path / "loop.wav")
    code, out, err = tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit")
    sentences = [line for line in err.splitlines() if line.startswith("tao: ")]
    assert code == 1 and not out and len(sentences) == 1 and "Traceback" not in err
    assert "loop" in sentences[0] and len(sentences[0]) > 40


@pytest.mark.slow
def test_a_file_in_the_way_of_the_folder_is_named(tao, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loop.wav", clicks(2.0), RATE)
    (tmp_path / "kit").write_text("mine")
    code, _, err = tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit")
    assert code == 1 and "kit" in err and (tmp_path / "kit").read_text() == "mine"


@pytest.mark.parametrize("content", [None, "{", "[]", '{"schema": "tao.kit/1"}', '{"schema": "other"}'])
def test_a_folder_that_is_no_kit_is_not_rendered(tao, tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "kit"
    if content is not None:
        folder.mkdir()
        (folder / "kit.json").write_text(content)
    code, _, err = tao("render", folder, "-o", tmp_path / "out.wav")
    assert code == 1 and err.startswith("tao: ") and "Traceback" not in err and not (tmp_path / "out.wav").exists()


@pytest.mark.slow
def test_a_render_that_cannot_be_written_says_so(tao, tmp_path: Path) -> None:
    tao("demo", "-o", tmp_path / "demo")
    code, _, err = tao("render", tmp_path / "demo/kit", "-o", tmp_path / "no/such/place.wav")
    assert code == 1 and "place.wav" in err and "Traceback" not in err


@pytest.mark.parametrize(("error", "words"), [
    (OSError("libtorchaudio.so: undefined symbol: aoti_torch"), "undefined symbol"),
    (OSError(28, "No space left on device"), "No space left on device"), (OSError(), "OSError")])
def test_an_error_that_names_no_file_is_not_a_bad_place(tao, monkeypatch: pytest.MonkeyPatch, error, words) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(tao_live.cli, "main", fail)
    code, _, err = tao("models")
    assert code == 1 and words in err and "None" not in err and "Choose a place" not in err


@pytest.mark.slow
def test_two_passes_are_twice_one(tao, tmp_path: Path) -> None:
    tao("demo", "-o", tmp_path)
    assert tao("render", tmp_path / "kit", "-o", tmp_path / "two.wav", "--passes", 2)[0] == 0
    one, two = (soundfile.read(tmp_path / name)[0] for name in ("render.wav", "two.wav"))
    assert len(two) == 2 * len(one) and np.abs(two[: len(one)] - one).max() < 1e-6


@pytest.mark.parametrize(("arguments", "words"), [
    (["decompose"], "LOOPS"), (["no-such-verb"], "no-such-verb"), (["render", "x"], "--out"),
    (["--audio", "tape"], "tape"), ([], "terminal"), (["decompose", "x", "-o", "y", "--transcriber", "ear"], "ear"),
    (["correct", "x", "--set", "kick=1"], "kick:4=0.8"), (["correct", "x", "--set", "kick:1=0"], "velocity"),
    (["correct", "x", "--set", "kick:0=1"], "The first step is 1"),
    (["correct", "x"], "Nothing to correct"), (["correct", "x", "--rename", "hihat=gong"], "hihat=ride"),
    (["--keys", "rewind=f5", "attach"], "No action is called 'rewind'"),
    (["correct", "x", "--rename", "hihat=gong"], "Drums: kick, snare"),
])
def test_a_wrong_call_is_a_usage_error(tao, arguments: list[str], words: str) -> None:
    code, out, err = tao(*arguments)
    assert code == 2 and words in err and not out and "Traceback" not in err


def test_attaching_to_nothing_says_how_to_start(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    code, _, err = tao("attach")
    assert code == 1 and "Start one" in err


@pytest.mark.server
def test_a_device_that_is_not_there_is_exit_3(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "tao-no-such-server")
    code, _, err = tao("--audio", "jack")
    assert code == 3 and "JACK" in err and "devices" in err


def test_a_rack_that_is_not_installed_is_refused_before_the_engine_starts(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    code, _, err = tao("--effects", "foo")
    assert code == 2 and err.startswith("tao: No effects rack is called 'foo'. Installed: pyo, bypass"), err


def test_a_config_that_is_no_toml_is_a_usage_error_that_names_it(tao, tmp_path: Path) -> None:
    (tmp_path / "config/tao").mkdir(parents=True)
    (tmp_path / "config/tao/config.toml").write_text("audio = ")
    code, _, err = tao("models")
    assert code == 2 and "config.toml" in err


def test_settings_are_flag_then_environment_then_config(tao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(tao_live, "open_instrument", lambda loop, another, asked, **how:
                        seen.append(asked["block_frames"]))
    (tmp_path / "config/tao").mkdir(parents=True)
    (tmp_path / "config/tao/config.toml").write_text("block = 256")
    tao()
    monkeypatch.setenv("TAO_BLOCK_FRAMES", "512")
    tao()
    tao("--block", 1024)
    assert seen == [256, 512, 1024]


def test_a_loop_that_is_not_there_is_refused_before_the_engine_starts(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    monkeypatch.setattr(tao_live, "start_and_show", lambda *_: pytest.fail("the engine was started"))
    code, _, err = tao("--loop", "amen.wav")
    assert code == 2 and "no file or folder 'amen.wav'" in err


@pytest.mark.parametrize(("arguments", "config", "started"), [
    (["--empty"], "", (None, True, False)), ([], "empty = true", (None, True, True)), ([], "", (None, False, True)),
    (["--loop", "x.wav"], "empty = true", (Path("x.wav"), True, False))])
def test_tao_starts_empty_by_flag_or_setting(tao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             arguments: list[str], config: str, started: tuple) -> None:
    seen = []
    monkeypatch.setattr(tao_live, "open_instrument", lambda loop, another, asked, empty, recover:
                        seen.append((loop, empty, recover)))
    (tmp_path / "config/tao").mkdir(parents=True)
    (tmp_path / "config/tao/config.toml").write_text(config)
    assert tao(*arguments)[0] == 0 and seen == [started]


def test_devices_and_models_are_listed_for_people_and_for_programs(tao) -> None:
    assert "null" in tao("devices")[1]
    assert {json.loads(line)["audio"] for line in tao("devices", "--json")[1].splitlines()} >= {"null"}
    names = {json.loads(line)["name"] for line in tao("models", "--json")[1].splitlines()}
    assert {"onset-strength", "template-masks", "least-disturbed"} <= names


@pytest.mark.server  # it asks a network that is not there
def test_models_that_do_not_come_with_tao_say_where_they_are(tao, monkeypatch, tmp_path) -> None:
    write_wav(tmp_path / "loop.wav", demo_loop(RATE).audio, RATE)
    monkeypatch.setitem(sys.modules, "mdxnet_infer", None)
    code, out, said = tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit", "--separator", "drumsep")
    assert (code, out) == (4, "")
    assert "models get drumsep" in said
    code, _, said = tao("models", "get", "magic")
    assert code == 2
    assert "drumsep" in said
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    code, out, said = tao("models", "get", "drumsep")
    assert (code, out) == (1, "")
    assert "non-commercial" in said
    assert "Check your connection" in said


def test_the_whole_instrument_opens_in_a_terminal_plays_its_demo_and_quits(tmp_path: Path) -> None:
    """A real terminal, a real engine, a real worker: what `make run` does."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", "TAO_GLYPHS": "ascii",
                   "XDG_RUNTIME_DIR": str(tmp_path / "run"), "XDG_DATA_HOME": str(tmp_path),
                   "XDG_STATE_HOME": str(tmp_path)}
    ours, theirs = open_terminal()
    process = subprocess.Popen([sys.executable, PROGRAM], stdin=theirs, stdout=theirs, stderr=theirs,
                               env=environment, start_new_session=True)
    os.close(theirs)
    try:
        screen = wait_for(ours, r"Hear it", 90.0)
        os.write(ours, b"\x1b")  # skips the guide of the first start
        assert wait_for(ours, r"hihat", 60.0, screen)
        time.sleep(0.5)  # or Esc and q would be one key
        os.write(ours, b"q")
        time.sleep(0.3)  # two presses, not one key with two letters
        os.write(ours, b"q")
        drain_until_exit(ours, process)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def wait_for(terminal: int, pattern: str, timeout_s: float, seen: str = "") -> str:
    """Read the terminal until `pattern` was drawn; all that was read."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and not re.search(pattern, seen):
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
    assert re.search(pattern, seen), f"{pattern} never appeared; the end was {seen[-500:]!r}"
    return seen


def drain_until_exit(terminal: int, process: subprocess.Popen[bytes], timeout_s: float = 20.0) -> None:
    """Keep reading, as a terminal does, until the process has ended."""
    end = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                break
    process.wait(5.0)


def test_nothing_is_overwritten_unasked_and_a_bad_place_is_refused_before_the_work(
        tao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write("loop.wav", clicks(2.0), RATE)
    before = Path("loop.wav").read_bytes()
    for out in ((".",), (".", "--overwrite"), ("loop.wav",), ("loop.wav", "--overwrite"), ("loop.wav/kit",)):
        code, _, err = tao("decompose", "loop.wav", "--free", "-o", *out)
        assert code == 1 and ("-o" in err or "cannot be written" in err), out
        assert "tempo" not in err and Path("loop.wav").read_bytes() == before, out
    code, _, err = tao("render", "kit", "-o", "loop.wav")
    assert code == 1 and "--overwrite" in err and Path("loop.wav").read_bytes() == before
    Path("render.wav").write_bytes(b"mine")
    code, _, err = tao("demo", "-o", ".")
    assert code == 1 and "render.wav" in err and not Path("demo.wav").exists()
    assert sorted(path.name for path in Path().iterdir() if path.is_file()) == ["loop.wav", "render.wav"]


@pytest.mark.slow
def test_loops_of_the_same_name_and_earlier_results_are_all_kept(tao, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "loop.wav", clicks(2.0), RATE)
    loops = [tmp_path / name / "loop.wav" for name in ("a", "b")]
    assert tao("decompose", *loops, "-o", tmp_path / "out", "--beats", 4)[0] == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"loop", "loop-2"}
    kit = tmp_path / "out" / "loop"
    (kit / "notes.txt").write_text("mine")
    before = (kit / "kit.json").stat().st_mtime_ns
    code, _, err = tao("decompose", loops[0], "-o", kit)
    assert code == 1 and "--overwrite" in err and (kit / "kit.json").stat().st_mtime_ns == before
    assert tao("decompose", loops[0], "-o", kit, "--overwrite", "--beats", 4)[0] == 0
    assert (kit / "notes.txt").read_text() == "mine" and (kit / "kit.json").stat().st_mtime_ns > before


def test_a_damaged_session_costs_one_sentence_and_closes_nothing(tao, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = tmp_path / "state" / "tao" / "sessions"
    written(sessions / f"20260101-120000-{2**22 + 1}", decomposition())
    damaged = written(sessions / f"20260102-120000-{2**22 + 2}", decomposition(), SetTempo(93.5), SetTempo(94.5))
    log = damaged / "log"
    log.write_bytes(b"SetTempq".join(log.read_bytes().rsplit(b"SetTempo", 1)))
    code, table, talk = tao("sessions")
    assert code == 0 and len(table.splitlines()) == 2 and talk.count("\n") == 1
    assert f"{log} cannot be read from byte" in talk
    opened: list[str] = []
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    monkeypatch.setattr(tao_live, "start_and_show", lambda asked, first: opened.append(asked.get("resume", str(first))))
    for words in (("resume",), ()):
        assert tao(*words)[0] == 0
    assert opened == [str(damaged)] * 2
    log.write_bytes(b"nonsense")
    code, _, talk = tao()
    assert code == 0 and "cannot be continued" in talk and opened[-1].endswith("demo.wav")


def test_a_demo_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tao_live.write_demo(tmp_path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        tao_live.write_demo(tmp_path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
