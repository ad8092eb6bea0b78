"""The command line of the worker's process. Light to import: only plugins that are asked for are looked up."""

import sys
from collections.abc import Mapping
from typing import Any

from models.command_line import EXTRACTOR, SEPARATOR, TRANSCRIBER

USUAL = {"transcriber": TRANSCRIBER, "separator": SEPARATOR, "extractor": EXTRACTOR}
NOTHING_ASKED: Mapping[str, Any] = {}


def worker_argv(asked: Mapping[str, Any] = NOTHING_ASKED) -> tuple[str, ...]:
    """The words that start a worker with the plugins that are asked for. Raises UsageError when one is not
    installed."""
    chosen = {kind: str(asked.get(kind, usual)) for kind, usual in USUAL.items()}
    if chosen != USUAL:
        from models.plugins import check_installed

        check_installed(*chosen.values())
    flags = (word for kind, name in chosen.items() for word in (f"--{kind}", name))
    return (sys.executable, "-m", "models.worker", *flags)
