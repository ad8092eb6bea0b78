"""Loops with known answers: read from folders with a truth.json each, or synthesised."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import TaoError
from engine.core.pattern import TRACK_NAMES


@dataclass(frozen=True, slots=True, eq=False)
class KnownLoop:
    """audio (channels, frames) float32; onsets: (hits, 2) seconds and velocities by time for each drum, NaN for unknown
    velocities; steps: positions in quarter notes for each drum, None if unknown."""

    name: str
    group: str
    kit: str
    audio: np.ndarray
    sample_rate: int
    bpm: float | None
    beats: int | None
    onsets: tuple[np.ndarray, ...]
    steps: tuple[frozenset[float], ...] | None

    @property
    def length_s(self) -> float:
        """The length of the loop in seconds."""
        return self.audio.shape[1] / self.sample_rate


def read_loops(folder: Path) -> list[KnownLoop]:
    """All loops under `folder`, by path. Raises TaoError when there are none."""
    found = [read_item(path) for path in sorted(folder.rglob("truth.json"))]
    if not found:
        raise TaoError(f"There is no truth.json under {folder}. A loop is a folder with truth.json beside its audio.")
    return found


def read_item(path: Path) -> KnownLoop:
    """The loop of one truth.json."""
    truth = json.loads(path.read_text())
    audio, rate = soundfile.read(path.parent / truth["loop"], dtype="float32", always_2d=True)
    tracks = {track["name"]: track for track in truth["tracks"]}
    onsets = tuple(_onsets(tracks.get(name)) for name in TRACK_NAMES)
    steps = None
    if truth["has"]["steps"]:
        per_beat = truth["steps_per_beat"]
        steps = tuple(frozenset(step["index"] / per_beat for step in tracks.get(name, {"steps": []})["steps"])
                      for name in TRACK_NAMES)
    return KnownLoop(truth["id"], truth["set"], str(truth.get("kit")), audio.T, rate, truth.get("tempo_bpm"),
                     truth.get("beats"), onsets, steps)


def _onsets(track: dict[str, list[dict[str, float | None]]] | None) -> np.ndarray:
    rows = sorted((float(onset["time_s"] or 0.0), np.nan if onset["velocity"] is None else float(onset["velocity"]))
                  for onset in (track or {"onsets": []})["onsets"])
    return np.array(rows, float).reshape(-1, 2)
