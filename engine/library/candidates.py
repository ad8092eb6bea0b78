"""Other sounds for a track: slices of the loop, other one-shots of the kit, other kits, files in a folder.

Nothing is decoded until it is played. Names say where a sound comes from.
"""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.errors import TaoError, UnreadableAudio
from engine.core.groove import step_onset_ticks
from engine.core.kit import OneShot
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.core.names import readable
from engine.library.audio_files import AUDIO_SUFFIXES, read_audio
from engine.library.kits.kit_json import MAX_KIT_BYTES
from engine.library.resampling import resampled

MOST = 500
LONGEST_S = 20.0
SHORTEST_SLICE_S = 0.03


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sound by name: a one_shot of the kit, a part of the loop (start, frames), or a file (path). kit: the folder
    of the kit that it belongs to, where that is known."""

    name: str
    one_shot: OneShot | None = None
    start: int = 0
    frames: int = 0
    path: Path | None = None
    kit: Path | None = None


def in_loop(machine: Machine, track: str) -> list[Candidate]:
    """Slices of the loop, those of the track's own hits first, then the kit's other one-shots."""
    hits = [Candidate(f"hit {name}", shot) for name, shot in sorted(machine.kit.one_shots.items()) if name != track]
    loop, pattern = machine.loop, machine.pattern
    if loop is None:
        return hits
    frames_per_tick = loop.frames / loop.ticks
    starts: dict[int, str] = {}
    for lane in sorted(pattern.tracks, key=lambda lane: lane.name != track):
        for index in range(min(len(lane.steps), loop.ticks // lane.step_ticks)):
            ticks = step_onset_ticks(pattern, lane, index)
            if ticks is not None:
                start = round((ticks + loop.downbeat_ticks) * frames_per_tick) % loop.frames
                starts.setdefault(start, f"slice {lane.name} {index + 1}")
    edges = [*sorted(starts), loop.frames]
    ends = dict(itertools.pairwise(edges))
    shortest = SHORTEST_SLICE_S * machine.timeline.sample_rate
    slices = [Candidate(name, None, start, ends[start] - start) for start, name in starts.items()
              if ends[start] - start >= shortest]
    return slices + hits


def in_kits(folder: Path, track: str) -> list[Candidate]:
    """The one-shots of every decomposition folder below `folder`, those of tracks of this name first."""
    found = []
    kits = (path for path in folder.glob("**/kit.json") if not path.parent.name.startswith(".")  # half written
            and not (path.parent.parent.parent / "set.json").is_file())  # a copy of one that is here, or was
    for path in sorted(kits)[:MOST]:
        try:
            if not path.is_file() or path.stat().st_size > MAX_KIT_BYTES:
                continue
            document = json.loads(path.read_text(encoding="utf-8"))
            for entry in [*document["tracks"], *(document.get("sounds") or [])]:
                file = path.parent / str(entry["oneshot"])
                if entry["oneshot"] and file.resolve().is_relative_to(path.parent.resolve()):
                    found.append(Candidate(readable(f"{path.parent.name}: {entry['name']}"), path=file))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue  # a folder that is no kit has no one-shots to offer
    return sorted(found, key=lambda candidate: not candidate.name.endswith(f": {track}"))[:MOST]


def in_folder(folder: Path) -> list[Candidate]:
    """The audio files of a folder and its subfolders, by name, without hidden ones. Raises TaoError when it cannot be
    read."""
    if not folder.is_dir():
        raise TaoError(f"There is no folder {str(folder)!r}; name one with audio files in it.")
    files = [path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()
             and not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return [Candidate(readable(str(path.relative_to(folder))), path=path) for path in sorted(files)[:MOST]]


def read_hit(path: Path, sample_rate: int) -> Audio:
    """A file as a hit: float32 stereo at `sample_rate`, at most 20 s. Raises UnreadableAudio."""
    try:
        audio, rate = read_audio(path, LONGEST_S)
    except UnreadableAudio as error:
        raise UnreadableAudio(f"{str(error).rstrip('.')}; choose another.") from error
    if not np.isfinite(audio).all():
        raise UnreadableAudio(f"{path.name} holds values that are not numbers; choose another.")
    stereo = audio[:, :2] if audio.shape[1] > 1 else np.repeat(audio, 2, axis=1)
    return np.ascontiguousarray(resampled(stereo, rate, sample_rate, circular=False, axis=0))
