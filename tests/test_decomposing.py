"""The verbs that take loops apart and play them: results on stdout, one sentence on stderr, nothing lost."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

import tao_live

RATE = 22050


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


def test_a_render_never_takes_the_place_of_the_kits_recording(tao, tmp_path: Path) -> None:
    (tmp_path / "loop.wav").write_text("mine")
    code, _, err = tao("render", tmp_path, "-o", tmp_path / "loop.wav", "--overwrite")
    assert code == 1 and "take the place" in err and (tmp_path / "loop.wav").read_text() == "mine"


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
