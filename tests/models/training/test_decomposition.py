"""Decomposers side by side on loops whose stems and one-shots are known."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import TaoError, UsageError
from models.training.evaluate.decomposition import DecompositionSettings, evaluate_decomposition

pytestmark = pytest.mark.slow  # whole loops are solved

RATE, BPM = 44100, 120.0


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One loop of two seconds: a kick on the beats, a snare between them."""
    folder = tmp_path_factory.mktemp("loops") / "one"
    (folder / "stems").mkdir(parents=True)
    time_s = np.arange(RATE // 4) / RATE
    rng = np.random.default_rng(4)
    sounds = {"kick": np.sin(2 * np.pi * 60 * time_s) * np.exp(-20 * time_s),
              "snare": 0.5 * rng.standard_normal(len(time_s)) * np.exp(-30 * time_s)}
    tracks, loop = [], np.zeros(2 * RATE)
    for (name, sound), first_s in zip(sounds.items(), (0.0, 0.25), strict=True):
        stem, times_s = np.zeros(2 * RATE), [first_s + beat * 0.5 for beat in range(4)]
        for at in times_s:
            stem[round(at * RATE) : round(at * RATE) + len(sound)] += sound
        loop += stem
        soundfile.write(folder / "stems" / f"{name}.wav", stem, RATE, subtype="FLOAT")
        soundfile.write(folder / f"{name}.wav", sound, RATE, subtype="FLOAT")
        tracks.append({"name": name, "stem": f"stems/{name}.wav", "oneshots": [f"{name}.wav"],
                       "onsets": [{"time_s": at, "velocity": 1.0, "sample": 0} for at in times_s]})
    soundfile.write(folder / "loop.wav", loop, RATE, subtype="FLOAT")
    (folder / "truth.json").write_text(json.dumps({
        "id": "one", "set": "made", "loop": "loop.wav", "sample_rate": RATE, "length_s": 2.0, "kit": "made",
        "tempo_bpm": BPM, "beats": 4, "has": {"onsets": True, "steps": False, "stems": True, "oneshots": True},
        "tracks": tracks}))
    return folder.parent


def row(table: str, group: str) -> list[float]:
    """The numbers of a group's first row."""
    line = next(line for line in table.splitlines() if line.startswith(f"| {group} "))
    return [float(cell) for cell in line.split("|")[3:-1]]


def test_true_hits_give_stems_and_shots_near_the_truth_and_a_picture(loops: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    picture = tmp_path / "figures" / "marks.svg"
    table = evaluate_decomposition(DecompositionSettings(
        loops, separators=("template-masks",), extractors=("least-disturbed",), oracle=True, picture=picture),
        lines.append)
    stems_db, _, _, shots_db, _, shots_mfcc, match, failed, seconds = row(table, "made")
    assert stems_db > 15 and shots_db > 15 and shots_mfcc > 0.8
    assert match > 0.8 and failed == 0 and seconds > 0
    assert row(table, "all")[:2] == row(table, "made")[:2]
    hits = next(line for line in table.splitlines() if line.startswith("| made ") and "4/4/4" in line)
    assert [cell.strip() for cell in hits.split("|")[3:-1]][:2] == ["1.000", "1.000"] and hits.count("4/4/4") == 2
    assert lines == ["oracle + template-masks + least-disturbed: 1 of 1 loops"]
    assert "least-disturbed" in picture.read_text(encoding="utf-8").replace("&#160;", " ")


def test_every_plugin_stands_beside_every_other(loops: Path) -> None:
    table = evaluate_decomposition(DecompositionSettings(
        loops, separators=("template-masks",), extractors=("least-disturbed", "select"), oracle=True))
    assert "oracle + template-masks + least-disturbed" in table and "oracle + template-masks + select" in table


def test_unknown_plugins_and_empty_folders_are_said(loops: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No separator is called 'nobody'"):
        evaluate_decomposition(DecompositionSettings(loops, separators=("nobody",), oracle=True))
    with pytest.raises(TaoError, match=r"no truth\.json"):
        evaluate_decomposition(DecompositionSettings(tmp_path))
