"""Decompose every loop of a scored set in one process, for `eval/score.py SET --out DIR`.

    python -m benchmarks.decompose_set SET --out DIR [--transcriber NAME] [--separator NAME] [--extractor NAME]

SET is a folder of items, each with truth.json and the loop it names; DIR/<item id>/ gets the decomposition.
Prints the seconds per loop and per second of loop, without imports.
"""

import argparse
import json
import time
from pathlib import Path

from engine.core.methods import methods_of
from engine.library.audio_files import read_loop
from engine.library.kits.kit_folder import write_folder
from models.decompose import Tools, decompose
from models.storing import source_of, stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--transcriber", default="tao")
    parser.add_argument("--separator", default="tao")
    parser.add_argument("--extractor", default="solve")
    asked = parser.parse_args()
    tools = Tools.of(methods_of(vars(asked)))
    loops = work_s = audio_s = 0.0
    for truth_file in sorted(asked.set.rglob("truth.json")):
        truth = json.loads(truth_file.read_text())
        path = truth_file.parent / truth["loop"]
        loop = read_loop(path)
        started = time.perf_counter()
        done = list(decompose(loop, tools, loop.sample_rate))[-1]
        work_s += time.perf_counter() - started
        loops, audio_s = loops + 1, audio_s + loop.length_s
        write_folder(asked.out / truth["id"], stored(done, source_of(path), tools.names))
    print(f"{loops:.0f} loops, {work_s / loops:.2f} s each, {work_s / audio_s:.3f} s per second of loop")


if __name__ == "__main__":
    main()
