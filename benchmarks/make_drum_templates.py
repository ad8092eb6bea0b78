"""Print `models/hearing/drum_templates.py`: the typical onset spectra of kick, snare and hi-hat.

    python -m benchmarks.make_drum_templates --data DIR > models/hearing/drum_templates.py

Spherical k-means over the rise in each band at the onset of every labelled one-shot of the split `train`.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import soundfile

from models.hearing.drum_nmf import COMPRESSION
from models.hearing.onset_strength import CONTEXT_S, STFT_FRAMES_PER_S, band_rises

HEAD = '''"""A data table of onset spectra: the compressed rise in each third of an octave above 35 Hz, in thousandths.

Printed by `python -m benchmarks.make_drum_templates`: k-means centres of labelled one-shots, six of kicks, ten of
snares, eight of hi-hats.
"""

TEMPLATES: dict[str, tuple[tuple[int, ...], ...]] = {'''
COUNTS = {"kick": 6, "snare": 10, "hihat": 8}


def vectors(data: Path, drum: str) -> np.ndarray:
    """(one-shots, bands): the compressed rise at each onset, summing to 1."""
    with (data / "oneshots" / "oneshots.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == "train" and row["class"] == drum]
    found = []
    for row in rows:
        sound = soundfile.read(data / "oneshots" / row["path"], dtype="float32")[0][:22050]
        rise = band_rises(np.pad(sound, (0, 4410)), circular=False).rise_at(round(CONTEXT_S * STFT_FRAMES_PER_S))
        found.append(rise**COMPRESSION)
    stacked = np.array(found)
    return stacked / stacked.sum(axis=1, keepdims=True)


def centres(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, bands): k-means on square roots, so that quiet bands count as much as loud ones."""
    roots = np.sqrt(points)
    means = roots[rng.choice(len(roots), count, replace=False)]
    for _ in range(40):
        nearest = ((roots[:, None] - means[None]) ** 2).sum(axis=-1).argmin(axis=1)
        means = np.array([roots[nearest == index].mean(axis=0) if (nearest == index).any() else means[index]
                          for index in range(count)])
    return means**2 / (means**2).sum(axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data, rng = parser.parse_args().data, np.random.default_rng(0)
    print(HEAD)
    for drum, count in COUNTS.items():
        print(f'    "{drum}": (')
        for row in centres(vectors(data, drum), count, rng):
            print("        (" + ", ".join(str(round(1000 * value)) for value in row) + "),")
        print("    ),")
    print("}")


if __name__ == "__main__":
    main()
