"""Whether there is a terminal to draw on. Loads nothing of Textual, so that the command line stays quick."""

import os
import sys

from engine.core.errors import UsageError


def check_terminal() -> None:
    """Raise UsageError where no screen can be drawn."""
    if os.environ.get("TEXTUAL_DRIVER"):  # a browser draws it, see tui.browser
        return
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        raise UsageError("Tao's screen needs a terminal, but input or output is redirected. Run it directly in a "
                         "terminal, or use a verb (see -h).")
