"""Loops with exact answers, made from labelled one-shots and grooves: the set that decomposition is scored on.

    python -m benchmarks.make_eval_set --data DIR --out DIR [--split val] [--fold K/N [--after DIR]] [--seed 1]

--fold takes only sounds that a run of `train transcriber --without K/N` has not met, and the grooves of the split;
--after names the folders that came before this one in that run's --data.

DIR holds `oneshots/` (oneshots.csv and the files it lists) and `patterns/` (NAME.csv, NAME.npz). Three sets
are written, one folder an item, each with loop.wav, stems/, oneshots/ and truth.json: *machine* (step
patterns with swing on drum machines, one sound a drum), *played* (human grooves on an acoustic kit, several
sounds a drum), *produced* (both kinds through equaliser, compressor, saturation, room and noise; their stems and
one-shots are those before all that).
"""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import butter, fftconvolve, sosfilt

from models.training.synthesis.bank import Fold

CLASSES = ("kick", "snare", "tom", "hihat", "ride", "crash")
RATE = 44100
LEVELS = {"kick": 1.0, "snare": 0.8, "tom": 0.7, "hihat": 0.35, "ride": 0.35, "crash": 0.45}


@dataclass
class Hit:
    """beat: from the loop's start, in beats. velocity: 0..1. sound: which of the drum's sounds."""

    beat: float
    velocity: float
    sound: int = 0


@dataclass
class Item:
    """A loop to be rendered: its grid, its hits by drum, and its sounds by drum, each (frames,) float32."""

    name: str
    kind: str
    bpm: float
    bars: int
    swing: float
    kit: str
    hits: dict[str, list[Hit]]
    sounds: dict[str, list[np.ndarray]] = field(default_factory=dict)
    wrap: bool = True

    @property
    def beats(self) -> int:
        return 4 * self.bars

    @property
    def frames(self) -> int:
        return round(self.beats * 60.0 / self.bpm * RATE)


def rows_of(data: Path, split: str) -> list[dict[str, str]]:
    """The rows of a pack's table of one-shots that are of this split."""
    with (data / "oneshots" / "oneshots.csv").open() as table:
        return [row for row in csv.DictReader(table) if row["split"] == split]


class Library:
    """The one-shots and grooves of one split; or the one-shots of a fold of the training kits' families."""

    def __init__(self, data: Path, split: str, fold: Fold | None = None, after: Sequence[Path] = ()) -> None:
        self.data, self.split = data, split
        self.rows = rows_of(data, "train" if fold else split)
        if fold:
            inside = fold.of_names(*([row["family"] for row in rows_of(pack, "train")] for pack in (*after, data)))
            self.rows = [row for row in self.rows if row["family"] in inside]

    def kits(self, kind: str) -> list[str]:
        """Kits of a kind that have kick, snare and hi-hat."""
        names = sorted({row["kit"] for row in self.rows if row["kit_type"] == kind})
        return [kit for kit in names
                if {"kick", "snare", "hihat"} <= {row["class"] for row in self.rows if row["kit"] == kit}]

    def sounds(self, kit: str, drum: str) -> list[np.ndarray]:
        """All sounds of a drum, softest layer first, each at peak 1."""
        rows = [row for row in self.rows if row["kit"] == kit and row["class"] == drum]
        rows.sort(key=lambda row: (row["fine"], row["path"].split("_v")[0], float(row["velocity"] or 1.0)))
        found = [soundfile.read(self.data / "oneshots" / row["path"], dtype="float32")[0] for row in rows]
        return [sound / max(float(np.abs(sound).max()), 1e-6) for sound in found]

    def grooves(self, name: str) -> list[tuple[dict[str, str], list[tuple[str, float, float]]]]:
        """(description, [(drum, beat, velocity)]) of every groove in 4/4 of this split."""
        arrays = np.load(self.data / "patterns" / f"{name}.npz")
        with (self.data / "patterns" / f"{name}.csv").open() as table:
            rows = list(csv.DictReader(table))
        names = [str(drum) for drum in arrays["classes"]]
        found = []
        for index, row in enumerate(rows):
            if row["split"] != self.split or row["time_signature"] != "4/4" or row["kind"] != "beat":
                continue
            part = slice(arrays["ptr"][index], arrays["ptr"][index + 1])
            found.append((row, [(names[drum], float(beat), velocity / 127.0) for drum, beat, velocity
                                in zip(arrays["cls"][part], arrays["time"][part], arrays["velocity"][part],
                                       strict=True) if names[drum] in CLASSES]))
        return found


def machine_item(library: Library, rng: np.random.Generator, index: int) -> Item:
    """A programmed or random step pattern, swung, one sound a drum."""
    kit = str(rng.choice(library.kits("electronic")))
    bars, bpm = int(rng.choice([1, 2, 4], p=[0.3, 0.5, 0.2])), float(rng.uniform(72, 172))
    swing = float(rng.choice([0.5, 0.5, 0.54, 0.58, 0.62, 0.66]))
    hits: dict[str, list[Hit]] = {}
    grooves = library.grooves("programmed_step")
    if index % 3 == 2:
        chances = {"kick": 0.3, "snare": 0.2, "hihat": 0.55, "tom": 0.08}
        steps = [(drum, slot, float(rng.choice([1.0, 0.75, 0.5]))) for drum, chance in chances.items()
                 for slot in range(16 * bars) if rng.random() < chance]
    else:
        row, events = grooves[int(rng.integers(len(grooves)))]
        swing = float(row["swing_percent"]) / 100.0
        bpm, length = float(rng.uniform(float(row["bpm_lo"]), float(row["bpm_hi"]))), 16 * int(row["bars"])
        straight = [(drum, round(4 * unswung(beat, swing)) % length, velocity)
                    for drum, beat, velocity in events]
        steps = [(drum, slot + offset, velocity) for drum, slot, velocity in straight
                 for offset in range(0, 16 * bars, length) if slot + offset < 16 * bars]
    for drum, slot, velocity in {(drum, slot): (drum, slot, velocity)
                                 for drum, slot, velocity in steps}.values():
        late = (2 * swing - 1) / 4 if slot % 2 else 0.0
        hits.setdefault(drum, []).append(Hit(slot / 4 + late, velocity))
    item = Item(f"machine_{index:02d}", "machine", bpm, bars, swing, kit, hits)
    for drum in list(hits):
        sounds = library.sounds(kit, drum)
        if not sounds:
            del hits[drum]
            continue
        item.sounds[drum] = [sounds[int(rng.integers(len(sounds)))]]
    item.wrap = bool(rng.random() < 0.75)
    return item


def unswung(beat: float, swing: float) -> float:
    """The beat on the straight grid of sixteenths."""
    pair, within = divmod(beat * 2, 1.0)
    return (pair + (0.5 if abs(within - swing) < 0.2 else round(2 * within) / 2)) / 2


def played_item(library: Library, rng: np.random.Generator, index: int) -> Item:
    """Some bars of a human groove, several sounds a drum."""
    kit = str(rng.choice(library.kits("acoustic")))
    grooves = library.grooves("human_gmd")
    bars = int(rng.choice([1, 2, 4], p=[0.3, 0.5, 0.2]))
    while True:
        row, events = grooves[int(rng.integers(len(grooves)))]
        first = 4 * int(rng.integers(0, max(1, int(row["bars"]) - bars)))
        chosen = [event for event in events if first - 0.1 <= event[1] < first + 4 * bars - 0.1]
        if len(chosen) >= 6 * bars and len({drum for drum, _, _ in chosen}) >= 2:
            break
    item = Item(f"played_{index:02d}", "played", float(row["bpm"]), bars, 0.5, kit, {})
    available = {drum: library.sounds(kit, drum) for drum in CLASSES}
    for drum, beat, velocity in chosen:
        if not available[drum]:
            continue
        count = min(3, len(available[drum]))
        if drum not in item.sounds:
            start = int(rng.integers(0, len(available[drum]) - count + 1))
            item.sounds[drum] = available[drum][start : start + count]
        sound = min(int(velocity * count), count - 1)
        item.hits.setdefault(drum, []).append(Hit((beat - first) % (4 * bars), max(velocity, 0.02), sound))
    return item


def rendered(item: Item) -> tuple[dict[str, np.ndarray], dict[str, list[dict[str, float]]]]:
    """Stems (frames,) by drum, and the exact onsets in seconds."""
    stems, onsets = {}, {}
    for drum, hits in item.hits.items():
        stem = np.zeros(item.frames, np.float32)
        unique = {round(hit.beat * 60 / item.bpm * RATE) % item.frames: hit for hit in hits}
        for frame, hit in sorted(unique.items()):
            sound = LEVELS[drum] * hit.velocity * item.sounds[drum][hit.sound]
            places = frame + np.arange(len(sound))
            if not item.wrap:
                sound, places = sound[places < item.frames], places[places < item.frames]
            np.add.at(stem, places % item.frames, sound)
        stems[drum] = stem
        onsets[drum] = [{"time_s": frame / RATE, "velocity": hit.velocity, "sample": hit.sound}
                        for frame, hit in sorted(unique.items())]
    return stems, onsets


def produce(mix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A simple bus: tilt, compressor with 5 ms attack and 120 ms release, saturation, room, noise."""
    shelf = sosfilt(butter(1, float(rng.uniform(200, 3000)) / (RATE / 2), output="sos"), mix)
    mix = mix + float(rng.uniform(-0.5, 0.7)) * shelf
    level = np.abs(mix)
    envelope, state = np.empty_like(level), 0.0
    rise, fall = np.exp(-1 / (0.005 * RATE)), np.exp(-1 / (0.12 * RATE))
    for frame, value in enumerate(level):
        state = value + (state - value) * (rise if value > state else fall)
        envelope[frame] = state
    threshold, ratio = 0.25 * float(level.max()), float(rng.uniform(2, 5))
    mix = mix * np.minimum(1.0, (np.maximum(envelope, 1e-9) / threshold) ** (1 / ratio - 1))
    drive = float(rng.uniform(1.0, 3.0)) / float(np.abs(mix).max())
    mix = np.tanh(drive * mix)
    frames = int(float(rng.uniform(0.15, 0.6)) * RATE)
    room = rng.normal(size=frames) * np.exp(-6 * np.arange(frames) / frames)
    room /= np.sqrt((room**2).sum())
    wet = fftconvolve(np.concatenate([mix, mix]), room)[len(mix) : 2 * len(mix)]
    mix = mix + float(rng.uniform(0.05, 0.25)) * wet
    return mix + float(rng.uniform(0.0003, 0.004)) * rng.normal(size=len(mix))


def write(item: Item, folder: Path, rng: np.random.Generator) -> None:
    """The item's folder: audio and truth.json."""
    stems, onsets = rendered(item)
    loop = np.sum(list(stems.values()), axis=0)
    if item.kind == "produced":
        loop = produce(loop, rng)
    scale = 0.9 / float(np.abs(loop).max())
    for sub in ("stems", "oneshots"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / "loop.wav", scale * loop, RATE, subtype="FLOAT")
    tracks = []
    for drum in sorted(stems, key=CLASSES.index):
        soundfile.write(folder / "stems" / f"{drum}.wav", scale * stems[drum], RATE, subtype="FLOAT")
        names = [f"oneshots/{drum}_{index}.wav" for index in range(len(item.sounds[drum]))]
        for name, sound in zip(names, item.sounds[drum], strict=True):
            soundfile.write(folder / name, sound, RATE, subtype="FLOAT")
        slots: dict[int, dict[str, float]] = {}
        for hit in item.hits[drum]:
            slot = round(4 * (unswung(hit.beat, item.swing) if item.swing > 0.5 else hit.beat))
            late = (2 * item.swing - 1) / 4 if slot % 2 else 0.0
            slots[slot % (4 * item.beats)] = {"velocity": hit.velocity,
                                              "offset_s": (hit.beat - slot / 4 - late) * 60 / item.bpm}
        tracks.append({"name": drum, "stem": f"stems/{drum}.wav", "oneshots": names, "onsets": onsets[drum],
                       "steps": [{"index": slot, **step} for slot, step in sorted(slots.items())]})
    truth = {"id": item.name, "set": item.kind, "loop": "loop.wav", "sample_rate": RATE, "channels": 1,
             "start_s": 0.0, "length_s": item.frames / RATE, "kit": item.kit, "tempo_bpm": item.bpm,
             "meter": [4, 4], "bars": item.bars, "beats": item.beats, "steps_per_beat": 4,
             "n_steps": 4 * item.beats, "swing": item.swing, "wrap": item.wrap,
             "has": {"onsets": True, "steps": True, "stems": True, "oneshots": True}, "tracks": tracks}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--fold", type=Fold.named)
    parser.add_argument("--after", type=Path, action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--counts", type=int, nargs=3, default=(12, 12, 8),
                        metavar=("MACHINE", "PLAYED", "PRODUCED"))
    asked = parser.parse_args()
    if asked.after and not asked.fold:
        parser.error("--after is for --fold: say which, such as --fold 0/4.")
    rng, library = np.random.default_rng(asked.seed), Library(asked.data, asked.split, asked.fold, asked.after)
    items = [machine_item(library, rng, index) for index in range(asked.counts[0])]
    items += [played_item(library, rng, index) for index in range(asked.counts[1])]
    for index in range(asked.counts[2]):
        item = (machine_item if index % 2 else played_item)(library, rng, index)
        item.name, item.kind = f"produced_{index:02d}", "produced"
        items.append(item)
    for item in items:
        if item.hits:
            write(item, asked.out / item.name, rng)
    print(f"{len(items)} loops in {asked.out}")


if __name__ == "__main__":
    main()
