"""Loops as people bring them: 31 kinds of cut, tail, metre, length and channel fault, and how many Tao reads rightly.

    python -m benchmarks.awkward --data DIR [--data DIR2] [--each 6] [--seed 1] [--keep FOLDER]

DIR holds `oneshots/` and `patterns/`; only sounds and grooves of its split `val` are used. A loop is right when tempo
(within 1 %), beats, metre and hits (F-measure of 0.85 or more at 50 ms, all drums together) are.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import TaoError
from engine.core.pattern import TRACK_NAMES
from models import plugins
from models.hearing.loop_cut import cut_as_read
from models.training.synthesis.bank import RATE, Bank, joined, read_sounds
from models.training.synthesis.cuts import Cutting, Recording, record
from models.training.synthesis.grooves import Player, read_metered
from models.training.synthesis.palette import Palette

Rng = np.random.Generator
NEAR_BPM, GOOD_F, WINDOW_S = 0.01, 0.85, 0.05


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of awkwardness: how the groove is cut, its metre, its bars, and what is done to the channels."""

    cut: str = "exact"
    before_s: float = 0.0
    over_s: float = 0.0
    over_quarters: float = 0.0
    meter: tuple[int, int] = (4, 4)
    bars: int = 2
    bpm: tuple[float, float] | None = None
    channels: str = "mono"


KINDS = {
    "exact, 1 bar": Kind(bars=1), "exact, 4 bars": Kind(bars=4), "exact, 8 bars": Kind(bars=8),
    "begins 5 ms early": Kind("loose", 0.005), "begins 20 ms early": Kind("loose", 0.02),
    "begins 60 ms early": Kind("loose", 0.06), "begins 20 ms late": Kind("loose", -0.02),
    "begins 80 ms late": Kind("loose", -0.08), "ends 30 ms early": Kind("loose", 0.0, -0.03),
    "ends 80 ms early": Kind("loose", 0.0, -0.08), "ends 40 ms late": Kind("loose", 0.0, 0.04),
    "ends 80 ms late": Kind("loose", 0.0, 0.08), "early and long": Kind("loose", 0.04, 0.06),
    "turned by 60 ms": Kind("rolled", 0.06), "0.3 s of tail": Kind("tail", 0.0, 0.3),
    "0.8 s of tail": Kind("tail", 0.0, 0.8), "2 s of tail": Kind("tail", 0.0, 2.0),
    "one beat too many": Kind("over", over_quarters=1.0),
    "two and a half beats too many": Kind("over", over_quarters=2.5),
    "3/4": Kind(meter=(3, 4), bars=4), "5/4": Kind(meter=(5, 4)), "6/8": Kind(meter=(6, 8), bars=4),
    "7/8": Kind(meter=(7, 8)), "7/8, 1 bar": Kind(meter=(7, 8), bars=1), "12/8": Kind(meter=(12, 8)),
    "7/8 with tail": Kind("tail", 0.0, 0.4, meter=(7, 8)), "slow": Kind(bpm=(62, 74)),
    "fast": Kind(bpm=(160, 185), bars=4), "32 bars": Kind(bars=32, bpm=(110, 170)),
    "channels that cancel": Kind(channels="cancel"),
    "a dead channel": Kind(channels="dead"), "one loud click": Kind(channels="click"),
}


def drawn(rng: Rng, player: Player, kind: Kind) -> Recording:
    """A recording of this kind."""
    groove = player.groove(rng, kind.meter)
    if kind.bpm is not None:
        groove = replace(groove, bpm=kind.bpm)
    return record(rng, groove, kind.cut, Cutting(kind.bars, kind.before_s, kind.over_s, kind.over_quarters))


def audio_of(rng: Rng, recording: Recording, bank: Bank, channels: str) -> np.ndarray:
    """(channels, frames) float32 at RATE: the recording on sounds of the bank, tails cut where the file ends, or
    wrapped round where it is a whole loop."""
    palette, frames = Palette(bank, rng), round(recording.length_s * RATE)
    audio = np.zeros(frames + 4 * RATE, np.float32)
    for drum, time_s, velocity in zip(recording.drums, recording.times_s, recording.velocities, strict=True):
        if drum < len(TRACK_NAMES):
            voice = palette.voice(int(drum), 0)
            layer = voice.layers[min(int(velocity * len(voice.layers)), len(voice.layers) - 1)]
            at = round(time_s * RATE)
            audio[at : at + len(layer)] += np.float32(voice.gain * velocity) * layer[: len(audio) - at]
    whole = audio[:frames].copy()
    if recording.kind in ("exact", "rolled"):
        whole[: 4 * RATE] += audio[frames : frames + len(whole)][: len(whole)]
    whole /= max(float(np.abs(whole).max()), 1e-6)
    return with_fault(rng, 0.9 * whole, channels)


def with_fault(rng: Rng, mono: np.ndarray, channels: str) -> np.ndarray:
    """The audio on two channels, with this fault."""
    if channels == "cancel":
        return np.stack([mono, -mono])
    if channels == "dead":
        return np.stack([mono, np.zeros_like(mono)])
    if channels == "click":
        clicked = 0.1 * mono
        clicked[int(rng.integers(0, len(mono)))] = 1.0
        return np.stack([clicked, clicked])
    return np.stack([mono, mono])


def judged(recording: Recording, audio: np.ndarray, transcriber: plugins.Transcriber) -> tuple[bool, bool, float]:
    """(tempo right, beats and metre right, F-measure of the hits) of a recording."""
    try:
        heard = transcriber.transcribe(audio, RATE)
        cut_as_read(audio, RATE, heard)
    except TaoError:
        return False, False, 0.0
    tempo = heard.tempo
    right = abs(tempo.bpm * recording.beat_s / 60.0 - 1) < NEAR_BPM
    counted = abs(tempo.beats - recording.quarters) < 0.01 and tempo.time_signature == recording.meter
    return right, counted, f_measure(recording, heard.onsets)


def f_measure(recording: Recording, onsets: tuple[plugins.Onset, ...]) -> float:
    """The F-measure of the hits in the file, each drum for itself, all drums together."""
    right = called = true = 0
    for drum, name in enumerate(TRACK_NAMES):
        wanted = np.sort(recording.times_s[recording.drums == drum])
        found = np.sort([onset.time_s for onset in onsets if onset.track == name])
        used = np.zeros(len(found), bool)
        for time_s in wanted:
            near = np.nonzero(~used & (np.abs(found - time_s) <= WINDOW_S))[0]
            if len(near):
                used[near[np.argmin(np.abs(found[near] - time_s))]] = True
        right, called, true = right + int(used.sum()), called + len(found), true + len(wanted)
    return 2 * right / max(called + true, 1)


def main() -> None:
    """Make the loops, read them, and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="also write the loops into this folder")
    asked = parser.parse_args()
    player = Player(read_metered(asked.data, "val"))
    bank = Bank(joined(*(read_sounds(folder, "val") for folder in asked.data)))
    transcriber, good = plugins.transcriber("tao"), 0
    for number, (name, kind) in enumerate(KINDS.items()):
        rng = np.random.default_rng((asked.seed, number))
        rows = []
        for turn in range(asked.each):
            recording = drawn(rng, player, kind)
            audio = audio_of(rng, recording, bank, kind.channels)
            if asked.keep:
                asked.keep.mkdir(parents=True, exist_ok=True)
                soundfile.write(asked.keep / f"{name.replace('/', '-')} {turn + 1}.wav", audio.T, RATE)
            rows.append(judged(recording, audio, transcriber))
        tempo, beats, hits = (float(np.mean(column)) for column in zip(*rows, strict=True))
        good += tempo >= 0.8 and beats >= 0.8 and hits >= GOOD_F
        print(f"{name:30} tempo {tempo:4.0%}  beats and metre {beats:4.0%}  F {hits:.2f}", flush=True)
    print(f"{good} of {len(KINDS)} kinds: tempo, beats and metre right in 80 % of their loops, F {GOOD_F} or more")


if __name__ == "__main__":
    main()
