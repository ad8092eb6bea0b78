"""A terminal for tests that need a real one."""

import pty

import pytest


def open_terminal() -> tuple[int, int]:
    """Our end and the program's end. Skips the test where the system has none, as in a chroot without /dev/pts."""
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"This system has no pseudo-terminals ({error}).")
