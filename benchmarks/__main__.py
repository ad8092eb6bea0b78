"""Run benchmarks by name, or all of them without a name. A benchmark may take minutes."""

import argparse
import importlib
import inspect
import json
import sys
from dataclasses import asdict
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "result"}


def names() -> list[str]:
    """The benchmarks in this folder, in alphabetical order."""
    modules = [file for file in Path(__file__).parent.glob("*.py") if file.stem not in NOT_BENCHMARKS]
    return sorted(file.stem for file in modules if "def run(" in file.read_text(encoding="utf-8"))


def main(arguments: list[str] | None = None) -> int:
    """Run the named benchmarks one after the other and print each figure when it is known; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"which to run, all without one: {', '.join(names())}")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument("--minutes", type=float, help="how long to run; for peer, performance, soak and xruns")
    options = parser.parse_args(arguments)
    unknown = set(options.name) - set(names())
    if unknown:
        print(f"There is no benchmark called {', '.join(sorted(unknown))}. There are: {', '.join(names())}.",
              file=sys.stderr)
        return 2
    for name in options.name or names():
        run = importlib.import_module(f"benchmarks.{name}").run
        timed = options.minutes is not None and "minutes" in inspect.signature(run).parameters
        for result in run(options.minutes) if timed else run():
            print(json.dumps(asdict(result)) if options.json else result.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
