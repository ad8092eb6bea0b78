"""Write `models/weights/drum-priors.safetensors`: typical spectrograms of the drums, for the solver.

    python -m benchmarks.make_drum_priors --data DIR [--count 12] [--out FILE]

K-means over the log power of every labelled one-shot of the split `train`, in bands and at growing distances from the
onset. Each exemplar is the mean power of its group of one-shots, each scaled to energy 1. Prints the file's SHA-256.
"""

import argparse
import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
import torch

from models.solving import stft
from models.solving.priors import LEAD_S
from models.weights.files import save_weights
from models.weights.shipped import FOLDER

RATE, LONGEST_S, BANDS = 44100, 3.0, 40
CLASSES = ("kick", "snare", "tom", "hihat", "ride", "crash")
FLOOR = 1e-7


def centres_hz() -> np.ndarray:
    """Band centres from 30 Hz: even in Hz at first (a bin apart), even in octaves above."""
    return np.unique(np.concatenate([np.arange(1, 7) * 43.07, np.geomspace(6 * 43.07, 20500.0, BANDS - 5)]).round(2))


def times() -> np.ndarray:
    """Window centres, in strides of 64 frames: dense at the onset, sparse in the tail."""
    early = np.arange(-8, 32, 1)
    late = np.unique(np.geomspace(32, LONGEST_S * RATE / 64, 28).round().astype(int))
    return np.concatenate([early, late])


def spectrogram(sound: np.ndarray) -> np.ndarray:
    """(times, bands) power of a one-shot scaled to energy 1."""
    hz, bins_hz = centres_hz(), np.arange(stft.BINS) * RATE / stft.WINDOW_FRAMES
    sound = sound / np.sqrt(np.square(sound).sum() + 1e-12)
    padded = np.pad(sound[: round(LONGEST_S * RATE)], (1200, round(LONGEST_S * RATE) + 3000))
    window = np.sin(np.pi * (np.arange(stft.WINDOW_FRAMES) + 0.5) / stft.WINDOW_FRAMES) / np.sqrt(2)
    starts = 1200 + times() * 64 - stft.WINDOW_FRAMES // 2
    pieces = np.stack([padded[start : start + stft.WINDOW_FRAMES] for start in starts])
    power = stft.REDUNDANCY * np.abs(np.fft.rfft(pieces * window, norm="ortho")) ** 2
    edges = np.concatenate([[0.0], np.sqrt(hz[1:] * hz[:-1]), [RATE / 2]])
    rows = [power[:, (bins_hz >= low) & (bins_hz < high)] for low, high in pairwise(edges)]
    return np.stack([row.mean(axis=1) for row in rows], axis=1)


def exemplars(powers: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, times, bands) log10 power: k-means on log power, then the mean power of each group."""
    logs = np.log10(powers + FLOOR * powers.max(axis=(1, 2), keepdims=True)).reshape(len(powers), -1)
    means = logs[rng.choice(len(logs), count, replace=False)]
    for _ in range(40):
        distance = (logs**2).sum(axis=1)[:, None] - 2 * logs @ means.T + (means**2).sum(axis=1)
        nearest = distance.argmin(axis=1)
        means = np.array([logs[nearest == index].mean(axis=0) if (nearest == index).any() else means[index]
                          for index in range(count)])
    overall = powers.mean(axis=0)
    found = [powers[nearest == index].mean(axis=0) + 1e-3 * overall
             for index in range(count) if (nearest == index).any()]
    return np.log10(np.array(found) + 1e-12).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--out", type=Path, default=FOLDER / "drum-priors.safetensors")
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    with (asked.data / "oneshots" / "oneshots.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == "train"]
    tensors = {"times_s": torch.from_numpy(times() * 64.0 / RATE).float(),
               "centres_hz": torch.from_numpy(centres_hz()).float()}
    for drum in CLASSES:
        sounds = [soundfile.read(asked.data / "oneshots" / row["path"], dtype="float32")[0]
                  for row in rows if row["class"] == drum]
        powers = np.stack([spectrogram(sound) for sound in sounds])
        tensors[drum] = torch.from_numpy(exemplars(powers, asked.count, rng))
        print(drum, len(sounds), tuple(tensors[drum].shape))
    metadata = {"kind": "priors", "lead_s": LEAD_S, "window_frames": stft.WINDOW_FRAMES}
    print(save_weights(asked.out, tensors, metadata))


if __name__ == "__main__":
    main()
