"""The example plugin installs like any package, and Tao finds and runs everything in it."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import Play
from engine.dsp.controls import FILTERED
from engine.library.audio_files import write_wav
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.rack.plugin import rack_called
from engine.rack.pyo_rack import FIRST, PyoRack
from models.demo import demo_loop
from tests.library.values import rich_decomposition
from tests.rig import running_engine

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "tao-example-plugin"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that pip installed the example into, as it installs anybody's package; no network is needed."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for path in EXAMPLE.rglob("*"):  # a copy, so that the build leaves nothing in the repository
        if path.is_file() and "__pycache__" not in path.parts:
            copy = source / path.relative_to(EXAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--no-build-isolation", "--target", str(folder), str(source)], check=True, timeout=300)
    return folder


def tao(plugin: Path, home: Path, *arguments: object) -> str:
    """What a call of the command line prints, with the plugin installed."""
    path = os.pathsep.join([str(ROOT), str(plugin), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "HOME": str(home), "XDG_DATA_HOME": str(home)}
    done = subprocess.run([sys.executable, str(ROOT / "tao_live.py"), *map(str, arguments)], env=environment,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_exporter_writes_a_row_for_each_step(plugin: Path, tmp_path: Path) -> None:
    stored = rich_decomposition()
    write_folder(tmp_path / "kit", stored)
    printed = tao(plugin, tmp_path, "export", tmp_path / "kit", "-o", tmp_path / "out", "--format", "csv")
    rows = list(csv.DictReader(Path(printed.strip()).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == sum(step is not None for track in stored.pattern.tracks for step in track.steps)
    assert rows[0] == {"track": "kick", "step": "1", "time_s": "0.0000", "velocity": "1.000", "confidence": "1.000"}


@pytest.mark.slow
def test_the_extractor_is_listed_and_makes_a_kit(plugin: Path, tmp_path: Path) -> None:
    listed = [json.loads(line) for line in tao(plugin, tmp_path, "models", "--json").splitlines()]
    assert {"kind": "extractor", "name": "loudest-hit", "package": "tao-example-plugin", "about": ""} in listed
    demo = demo_loop(22050)
    write_wav(tmp_path / "loop.wav", demo.audio, demo.sample_rate)
    tao(plugin, tmp_path, "decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit", "--transcriber", "onset-strength",
        "--separator", "template-masks", "--extractor", "loudest-hit")
    kit = read_folder(tmp_path / "kit")
    assert kit.made_by["extractor"] == "loudest-hit" and {"kick", "snare"} <= kit.kit.one_shots.keys()
    assert all(0 < len(audio) <= 0.5 * 48000 for name, audio in kit.samples.items()
               if name in {shot.sample for shot in kit.kit.one_shots.values()})


def test_the_rack_passes_the_mix_through_until_its_filter_is_on(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(plugin))
    rack = PyoRack(48000, rack_called("telephone"))
    try:
        mix = np.random.default_rng(1).uniform(-0.5, 0.5, (64, 2))
        rack.input[:, :2] = mix
        rack.chunk()
        assert np.array_equal(rack.output, mix.astype(np.float32))
        rack.input[:, FIRST + FILTERED] = 1.0
        rack.chunk()
        assert np.isfinite(rack.output).all() and not np.allclose(rack.output, mix, atol=0.01)
    finally:
        rack.close()


def test_an_engine_plays_through_the_rack(plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(plugin))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(plugin), os.environ.get("PYTHONPATH", "")]))
    with running_engine(tmp_path, "null", effects="telephone") as engine:
        engine.client.ask(Play())
        assert engine.client.wait(lambda s: s.meters.playing, 5.0)
        assert not engine.client.snapshot().status.machine.effects.bypassed
        engine.finish()
