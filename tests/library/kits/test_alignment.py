"""Stems and hits in a folder lie where they were recorded; opened again, where the loop has them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from engine.core.loop import Reading
from engine.library.kits.alignment import place_of
from engine.library.kits.decomposition import HeardOnset
from engine.library.kits.kit_folder import read_folder, write_folder
from tests.library.values import rich_decomposition

RATE = 48000


def cut_at(start_s, recorded_s):
    """A decomposition whose loop begins so late in a recording, with one hit and its stem: a click at 0.1 s."""
    rich = rich_decomposition()
    rate, frames = rich.sample_rate, len(rich.loop)
    stem = np.zeros((frames, 2), np.float32)
    stem[round(0.1 * rate)] = 1.0
    recording = np.zeros((frames if recorded_s is None else round(recorded_s * rate), 2), np.float32)
    reading = Reading(8, 120.0, 0.9, (4, 4), start_s, (start_s, start_s + frames / rate))
    return replace(rich, recording=recording, readings=(reading,), stems={"kick": stem}, residual=stem,
                   onsets={"kick": (HeardOnset(0.1, 1.0, 1.0),)}, candidates={})


@pytest.mark.parametrize(("start_s", "recorded_s", "heard_s"), [
    (0.05, 3.0, 0.15), (-0.05, 3.0, 0.05), (0.05, None, 0.15), (-0.15, None, None)])
def test_what_is_written_lies_in_the_recording_and_comes_back_into_the_loop(tmp_path, start_s, recorded_s, heard_s):
    stored = cut_at(start_s, recorded_s)
    write_folder(tmp_path / "kit", stored)
    written, rate = soundfile.read(tmp_path / "kit" / "stems" / "kick.wav")
    where_s = heard_s if heard_s is not None else len(stored.loop) / rate - 0.05
    assert len(written) == len(stored.recording) and np.argmax(written[:, 0]) == round(where_s * rate)
    document = json.loads((tmp_path / "kit" / "kit.json").read_text())
    kick = next(track for track in document["tracks"] if track["name"] == "kick")
    assert kick["onsets"][0]["time_s"] == pytest.approx(where_s)
    again = read_folder(tmp_path / "kit")
    assert np.array_equal(again.stems["kick"], stored.stems["kick"])
    assert np.array_equal(again.residual, stored.residual)
    assert again.onsets["kick"][0].time_s == pytest.approx(0.1)


def test_a_loop_that_is_no_cut_of_its_recording_has_no_place() -> None:
    loop, recording = np.zeros((RATE, 2), np.float32), np.zeros((3 * RATE, 2), np.float32)
    reading = Reading(2, 120.0, 0.9, (4, 4), 0.0, (0.0, 1.0))
    assert place_of((reading,), loop, recording, RATE) is not None
    assert place_of((), loop, recording, RATE) is None and place_of((reading,), loop, None, RATE) is None
    assert place_of((reading,), loop[: RATE // 2], recording, RATE) is None
