"""The table says what is true: all of it, half of it, nothing."""

import json
from pathlib import Path

import numpy as np
import soundfile

from engine.core.pattern import TRACK_NAMES
from models.plugins import Onset, TempoGuess, Transcription
from models.training.evaluate.loops import KnownLoop, read_loops
from models.training.evaluate.transcription import EvaluationSettings, Tally, add, evaluate_transcriber, table
from tests.models.loops import audio_of, onsets_of, pattern_of


def known() -> KnownLoop:
    pattern = pattern_of(kick="x...o...x...o...", hihat="x.o.x.o.x.o.x.o.")
    heard = onsets_of(pattern, 2.0)
    onsets = tuple(np.array([(onset.time_s, onset.velocity) for onset in heard if onset.track == name]).reshape(-1, 2)
                   for name in TRACK_NAMES)
    steps = tuple(frozenset(round(time_s * 2, 3) for time_s in times[:, 0]) for times in onsets)
    return KnownLoop("one", "machine", "kit", np.zeros((1, 88200), np.float32), 44100, 120.0, 4, onsets, steps)


def transcription(loop: KnownLoop, late_s: float = 0.0) -> Transcription:
    hits = [Onset(name, float(time_s) + late_s, float(velocity), 0.9)
            for name, times in zip(TRACK_NAMES, loop.onsets, strict=True) for time_s, velocity in times]
    return Transcription(tuple(sorted(hits, key=lambda hit: hit.time_s)), (TempoGuess(120.0, 4.0),))


def test_the_truth_scores_full_marks() -> None:
    tally, loop = Tally(), known()
    add(tally, loop, transcription(loop))
    scores = tally.scores()
    assert all(scores[name] == 1.0 for name in ("F50", "F30", "early", "acc1", "acc2", "step_F", "exact"))
    assert scores["dev_ms"] == 0.0
    assert scores["velcorr"] > 0.999


def test_lateness_counts_where_the_window_is_narrow() -> None:
    tally, loop = Tally(), known()
    add(tally, loop, transcription(loop, late_s=0.04))
    assert tally.scores()["F50"] == 1.0
    assert tally.scores()["F30"] == 0.0
    assert round(tally.scores()["dev_ms"]) == 40


def test_giving_up_misses_everything() -> None:
    tally = Tally()
    add(tally, known(), None)
    assert tally.scores()["F50"] == 0.0
    assert tally.failed == 1
    assert "-" in table({("none", "all"): tally})


def test_a_folder_of_loops_is_evaluated_by_name(tmp_path: Path) -> None:
    pattern = pattern_of(kick="x...x...x...x...", snare="....x.......x...")
    soundfile.write(tmp_path / "loop.wav", audio_of(pattern, 120.0), 44100)
    onsets = onsets_of(pattern, 2.0)
    tracks = [{"name": name, "onsets": [{"time_s": hit.time_s, "velocity": hit.velocity} for hit in onsets
                                        if hit.track == name]} for name in ("kick", "snare")]
    (tmp_path / "truth.json").write_text(json.dumps({
        "id": "one", "set": "machine", "loop": "loop.wav", "tempo_bpm": 120.0, "beats": 4, "steps_per_beat": 4,
        "has": {"onsets": True, "steps": False}, "tracks": tracks}))
    assert read_loops(tmp_path)[0].length_s == 2.0
    text = evaluate_transcriber(EvaluationSettings(tmp_path, ("onset-strength",)))
    assert "| machine (1) | onset-strength | 1.000 | 1.000 |" in text
