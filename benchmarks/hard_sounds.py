"""Which extractor copes best with drums that a loop hides, given its true hits:

    python -m benchmarks.hard_sounds LOOPS --extractor solve --extractor idm-heard

LOOPS is made by `python -m benchmarks.make_eval_set`. *once*: drums that are hit once; *covered*: drums whose every hit
comes with another drum's; *tails*: what sounds later than 150 ms after the attack, of sounds that last 300 ms or more.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile

from models import plugins
from models.plugins import Transcription
from models.training.evaluate.decomposition import Oracle
from models.training.evaluate.loops import read_item
from models.training.evaluate.metrics import (
    ONE_SHOTS,
    RATE,
    fitted,
    mono,
    shifted,
    shot_scores,
    sounding,
    spectral_distance,
)

_TOGETHER_S = 0.03
_TAIL = round(0.15 * RATE)
_SHIFT = round(0.005 * RATE)


def groups_of(transcription: Transcription, track: str) -> list[str]:
    """The groups that a drum's one-shot counts in."""
    own = transcription.of(track)
    others = np.array([hit.time_s for hit in transcription.onsets if hit.track != track] or [np.inf])
    covered = all(np.abs(others - hit.time_s).min() < _TOGETHER_S for hit in own)
    return ["all", *(["once"] if len(own) == 1 else []), *(["covered"] if covered else [])]


def tail_distance(true: np.ndarray, found: np.ndarray) -> float | None:
    """The log-spectral distance in dB of what comes later than 150 ms; None for sounds that are too short."""
    frames = sounding(true)
    if frames < 2 * _TAIL:
        return None
    found = shifted(true[:frames], fitted(found, frames + _SHIFT))
    gain = float(np.linalg.norm(true[:frames])) / max(float(np.linalg.norm(found)), 1e-9)
    return spectral_distance(true[_TAIL:frames], gain * found[_TAIL:], ONE_SHOTS)


def measured(loops: Path, names: list[str]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """SI-SDR and log-spectral distance by extractor and group; for tails, the distance twice."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    opened = {name: plugins.extractor(name) for name in names}
    separator = plugins.separator("template-masks")
    for path in sorted(loops.rglob("truth.json")):
        known, truth = read_item(path), json.loads(path.read_text())
        hits = Oracle(known).transcribe(known.audio, known.sample_rate)
        stems = separator.separate(known.audio, known.sample_rate, hits)
        files = {track["name"]: [soundfile.read(path.parent / one, always_2d=True) for one in track["oneshots"]]
                 for track in truth["tracks"] if track["onsets"]}
        for name, extractor in opened.items():
            made = extractor.extract(known.audio, known.sample_rate, stems, hits)
            for track, sounds in files.items():
                shot = made.shots.get(track)
                sound = np.zeros(RATE) if shot is None else mono(shot.audio.T, known.sample_rate)
                trues = [mono(*one) for one in sounds]
                scores = [shot_scores(true, sound, RATE / 2) for true in trues]
                best = int(np.argmax([one.si_sdr for one in scores]))
                for group in groups_of(hits, track):
                    found[name, group].append((scores[best].si_sdr, scores[best].lsd))
                tail = tail_distance(trues[best], sound)
                if tail is not None:
                    found[name, "tails"].append((tail, tail))
        print(f"{known.name}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("loops", type=Path)
    parser.add_argument("--extractor", action="append", required=True)
    asked = parser.parse_args()
    found = measured(asked.loops, asked.extractor)
    groups = [group for group in ("all", "once", "covered", "tails") if (asked.extractor[0], group) in found]
    counted = [f"{group} ({len(found[asked.extractor[0], group])})" for group in groups]
    print("| extractor | " + " | ".join(counted) + " |", "|---" * (len(groups) + 1) + "|", sep="\n")
    for name in asked.extractor:
        means = {group: np.mean(found[name, group], axis=0) for group in groups}
        print(f"| `{name}` | " + " | ".join(f"{lsd:.1f}" if group == "tails" else f"{sdr:.1f} / {lsd:.1f}"
                                            for group, (sdr, lsd) in means.items()) + " |")


if __name__ == "__main__":
    main()
