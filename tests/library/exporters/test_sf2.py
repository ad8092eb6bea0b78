"""SoundFonts are read by sf2utils, and FluidSynth plays them as Tao does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.library.export_settings import ExportSettings
from engine.library.exporting import export
from engine.library.midi_file import write_midi
from engine.library.mixdown import mixdown
from engine.library.strokes import all_strokes
from tests.library.exporters.test_hydrogen import playable
from tests.library.foreign import module, run
from tests.library.values import RATE, rich_decomposition


@pytest.mark.parametrize("bits", [16, 24])
def test_sf2utils_reads_every_zone(tmp_path: Path, bits: int) -> None:
    (path,) = export(rich_decomposition(), "sf2", tmp_path, ExportSettings(bits=bits))
    with path.open("rb") as file:
        font = module("sf2utils.sf2parse").Sf2File(file)
    assert [(preset.name, preset.bank) for preset in font.presets[:-1]] == [("rich", 128)]
    zones = [(bag.key_range, bag.velocity_range, bag.sample.name) for bag in font.instruments[0].bags if bag.sample]
    assert zones == [([36, 36], [1, 101], "kick 0L"), ([36, 36], [1, 101], "kick 1R"),
                     ([36, 36], [102, 127], "kick 2L"), ([36, 36], [102, 127], "kick 3R"),
                     ([42, 42], [1, 127], "hihat 4L"), ([42, 42], [1, 127], "hihat 5R")]


@pytest.mark.parametrize("bits", [16, 24])
def test_fluidsynth_plays_it_as_tao_does(tmp_path: Path, bits: int) -> None:
    stored = playable()
    shots = {name: replace(shot, layers=shot.layers[1:]) for name, shot in stored.kit.one_shots.items()}
    plain = tuple(replace(track, steps=tuple(step and replace(step, overrides=type(step.overrides)())
                                             for step in track.steps)) for track in stored.pattern.tracks)
    stored = replace(stored, kit=replace(stored.kit, one_shots=shots), pattern=replace(stored.pattern, tracks=plain))
    (font,) = export(stored, "sf2", tmp_path, ExportSettings(bits=bits))
    write_midi(tmp_path / "a.mid", stored.pattern, 120.0, {name: shot.midi_note for name, shot in shots.items()})
    run(tmp_path, "fluidsynth", "-n", "-i", "-q", "-F", tmp_path / "a.wav", "-T", "wav", "-O", "float", "-r", RATE,
        "-g", 1, "-R", 0, "-C", 0, font, tmp_path / "a.mid")
    theirs, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    end, played = all_strokes(stored)
    ours = mixdown(stored.kit, stored.samples, RATE, played, end, 120.0)
    levels = [np.array([np.abs(audio[start : start + 4000]).max(axis=0) for start in (0, 12200, 48000, 71600)])
              for audio in (theirs, ours)]
    ratio = levels[0] / levels[1]
    assert np.allclose(ratio, ratio[0, 0], rtol=0.04), f"kicks at three velocities, left and right:\n{ratio}"
    assert 0.5 < ratio[0, 0] < 2.0
