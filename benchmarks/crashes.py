"""Kill every process and fill the disk, at hundreds of random moments, and count what is lost.

    python -m benchmarks.crashes [--verbs ROUNDS] [--live ROUNDS] [--seed N]

verbs: saving, correcting, decomposing, exporting, importing, rendering, in a process that is killed or has no room;
another reads the kit meanwhile. live: an engine that plays, records and decomposes is killed with its worker, its
clients and its sound reader, or its disk is full for a while; the next one resumes its session. Only root can fill the
disk, because that takes a small one.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.crashing.faults import small_disk
from benchmarks.crashing.live import crash_live
from benchmarks.crashing.tally import Tally
from benchmarks.crashing.verbs import ACTIVITIES, Activity, crash_verbs
from benchmarks.result import Result
from benchmarks.stage import private_runtime

VERBS, LIVE = 300, 100
VERBS_MB, LIVE_MB = 96, 384


def run() -> list[Result]:
    """As many rounds as a quarter of an hour allows."""
    return results(crashed(VERBS, LIVE, 1))


def crashed(verbs: int, live: int, seed: int, activities: tuple[Activity, ...] = ACTIVITIES) -> Tally:
    """So many rounds of each kind."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as name, private_runtime(Path(name)):
        if verbs:
            with small_disk(Path(name, "verbs"), VERBS_MB) as small:
                crash_verbs(Path(name, "verbs"), verbs, seed, tally, small, activities)
        if live:
            with small_disk(Path(name, "live"), LIVE_MB) as small:
                crash_live(Path(name, "live"), live, seed, tally, small)
    return tally


def results(tally: Tally) -> list[Result]:
    """What to print."""
    how = f"{tally.words()}; {'; '.join(tally.lost) or 'nothing lost'}"
    return [Result("crashes: takes, kits and older edits lost, mixtures seen", float(len(tally.lost)), "", "0", how),
            Result("crashes: the oldest edit that a crash took with it", tally.oldest_lost_s, "s", "1",
                   "the journal is written once a second")]


def main() -> int:
    """Run it, and print what was done and lost; 1 if anything was."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crashes")
    parser.add_argument("--verbs", type=int, default=VERBS, metavar="ROUNDS")
    parser.add_argument("--live", type=int, default=LIVE, metavar="ROUNDS")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tally = crashed(asked.verbs, asked.live, asked.seed)
    for result in results(tally):
        print(result.line(), flush=True)
    return 1 if tally.lost else 0


if __name__ == "__main__":
    sys.exit(main())
