"""SFZ instruments hold level, layers, round robins, choke groups and decay as Tao plays them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.kit import OneShot
from engine.library.export_settings import ExportSettings
from engine.library.exporting import export
from engine.library.sounds import as_played
from tests.library.exporters.test_hydrogen import playable
from tests.library.foreign import module, run
from tests.library.values import RATE, rich_decomposition


def regions(folder: Path) -> list[dict[str, str]]:
    """The opcodes of each region."""
    text = next(folder.glob("*.sfz")).read_text()
    return [dict(line.split("=", 1) for line in region.splitlines() if "=" in line)
            for region in text.split("<region>")[1:]]


@pytest.mark.parametrize("make", [rich_decomposition, playable])
def test_sfzlint_has_no_complaint(tmp_path: Path, make) -> None:
    (folder,) = export(make(), "sfz", tmp_path)
    module("sfzlint")
    said = run(tmp_path, "sfzlint", next(folder.glob("*.sfz")))
    assert said.strip() == "", said


def test_a_region_played_by_the_rules_of_sfz_sounds_as_tao_plays_it(tmp_path: Path) -> None:
    stored = playable()
    (folder,) = export(stored, "sfz", tmp_path, ExportSettings(bits=32))
    played = []
    for track, shot in stored.kit.one_shots.items():
        for region in (region for region in regions(folder) if region["key"] == str(shot.midi_note)):
            velocity = int(region.get("hivel", 127)) / 127
            layers = shot.recordings(velocity)
            layer = layers[int(region.get("seq_position", 1)) - 1]
            plain = OneShot(shot.sample, shot.frames, shot.gain, shot.pan, 0.0, shot.attack_s)
            if track != "hihat":
                ours = as_played(stored.samples[layer.sample], plain, layer, RATE)
                assert np.allclose(sounding(folder, region), ours, atol=1e-3)
            played.append((track, len(layers), region.get("off_by")))
    assert played == [("kick", 2, None), ("kick", 2, None), ("kick", 1, None), ("hihat", 1, "2"), ("ride", 1, "2")]
    audio, _ = soundfile.read(folder / "samples" / "hihat.wav")
    assert len(audio) == pytest.approx(0.05 * RATE * 2 ** (5 / 12), abs=2), "the decay, at the pitch of the region"


def sounding(folder: Path, region: dict[str, str]) -> np.ndarray:
    """A region's sample at its volume and pan, as the SFZ format defines them."""
    audio, _ = soundfile.read(folder / region["sample"], dtype="float32")
    pan = float(region["pan"]) / 100
    return audio * 10 ** (float(region["volume"]) / 20) * [min(1.0, 1.0 - pan), min(1.0, 1.0 + pan)]
