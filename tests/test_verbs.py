"""The verbs about this computer and about other programs: doctor, calibrate, export."""

import json
from collections.abc import Callable
from pathlib import Path

from engine.library.exporting import installed
from engine.library.kits.kit_folder import read_folder, write_folder
from tests.library.values import rich_decomposition
from tests.rig import Recorder, running_engine

Call = Callable[..., tuple[int, str, str]]


def test_the_doctor_says_pass_or_fail_with_a_remedy(tao: Call) -> None:
    code, out, _ = tao("doctor")
    lines = out.splitlines()
    assert {line[:4] for line in lines} <= {"pass", "FAIL"} and code == (1 if "FAIL" in out else 0)
    assert all(any(name in line for line in lines) for name in ("Python", "Kernel cache", "PortAudio", "Real-time",
                                                                "Locked memory", "Disk", "MIDI", "Terminal", "Weights"))
    checks = [json.loads(line) for line in tao("doctor", "--json")[1].splitlines()]
    assert len(checks) == len(lines) and all(check["passed"] or check["remedy"] for check in checks)


def test_the_keys_in_force_are_listed_and_what_is_wrong_with_the_file_is_said(tao: Call, tmp_path: Path) -> None:
    (tmp_path / "config" / "tao").mkdir(parents=True)
    (tmp_path / "config" / "tao" / "keys.toml").write_text('preset = "azerty"\nplay = "f11"\nrewind = "f10"\n')
    code, out, err = tao("keys")
    assert code == 0 and out.startswith("Keyboard: azerty.") and "keys.toml, line 3: there is no action 'rewind'" in err
    assert any(line.split()[:2] == ["play", "F11"] for line in out.splitlines())
    code, out, _ = tao("--keys", "dvorak", "--keys", "record=f5", "keys")
    assert code == 0 and out.startswith("Keyboard: dvorak.")
    assert any(line.split()[:2] == ["record", "F5"] for line in out.splitlines())
    code, _, err = tao("--keys", "klingon", "keys")
    assert code == 2 and "Name a keyboard (qwerty" in err and len(err.splitlines()) == 1


def test_a_calibration_needs_a_device(tao: Call) -> None:
    code, out, err = tao("--audio", "null", "calibrate")
    assert code == 3 and not out and "no loopback" in err


def test_calibrate_measures_the_engine_that_plays(tao: Call, jack_server: str, tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    with running_engine(tmp_path, "jack", connect=False, calibration_file=str(file)) as engine:
        recorder = Recorder(("tao:out_1", "tao:out_2"))
        try:
            code, _, err = tao("calibrate")
            assert code == 1 and "No click came back" in err and not file.exists()
            recorder.loop_back()
            code, out, _ = tao("calibrate")
        finally:
            recorder.close()
        assert code == 0 and "Calibrated: a sound comes back after" in out
        (correction,) = json.loads(file.read_text())["correction_frames"].values()
        assert 0 < correction <= 1024
        engine.finish()


def test_a_kit_and_a_pattern_of_other_programs_become_a_kit_folder(tao: Call, tmp_path: Path) -> None:
    write_folder(tmp_path / "kit", rich_decomposition())
    names = tmp_path / "kit" / "oneshots", tmp_path / "kit" / "pattern.mid"
    code, out, _ = tao("import", *names, "-o", tmp_path / "mine")
    assert code == 0 and out.strip() == str(tmp_path / "mine")
    assert {"kick", "hihat"} <= set(read_folder(tmp_path / "mine").kit.one_shots)
    code, _, err = tao("import", *names, "-o", tmp_path / "mine")
    assert code == 2 and "already there" in err
    code, _, err = tao("import", tmp_path / "kit" / "loop.wav", "-o", tmp_path / "other")
    assert code == 1 and "a WAV recording" in err and not (tmp_path / "other").exists()


def test_a_place_that_cannot_hold_an_export_is_refused_once(tao: Call, tmp_path: Path) -> None:
    write_folder(tmp_path / "kit", rich_decomposition())
    (tmp_path / "file").touch()
    for place, words in ((tmp_path / "file", "is a file"), (tmp_path / "file" / "below", "cannot be written")):
        code, out, err = tao("export", tmp_path / "kit", "-o", place)
        assert code == 1 and out == "" and words in err and len(err.splitlines()) == 1


def test_a_folder_is_exported_in_all_formats_or_one(tao: Call, tmp_path: Path) -> None:
    write_folder(tmp_path / "kit", rich_decomposition())
    code, out, _ = tao("export", tmp_path / "kit", "-o", tmp_path / "out")
    assert code == 0 and all(Path(line).exists() for line in out.splitlines())
    assert len(out.splitlines()) == len(installed())
    code, out, err = tao("export", tmp_path / "kit", "-o", tmp_path / "out", "--format", "midi")
    assert code == 0 and out.strip().endswith("-2.mid") and "midi cannot hold the chance of a step" in err
    code, _, err = tao("export", tmp_path / "kit", "-o", tmp_path / "out", "--format", "cassette")
    assert code == 2 and "hydrogen" in err
