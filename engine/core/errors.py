"""Errors, each one sentence: what was wanted, what was found, what to try next."""


class TaoError(Exception):
    """A failure that the user can act on. Its text is shown unchanged; `exit_code` is for the command line."""

    exit_code = 1


class InvalidValue(TaoError, ValueError):
    """A musical value outside its range: raised in `__post_init__`, so an invalid value never exists."""


class UsageError(TaoError):
    """Options on the command line that contradict each other."""

    exit_code = 2


class DeviceNotFound(TaoError):
    """An audio or MIDI device that does not exist."""

    exit_code = 3


class WeightsMissing(TaoError):
    """A model with weights that are not installed, or have the wrong hash."""

    exit_code = 4


class UnreadableAudio(TaoError):
    """A file without usable audio."""


class UnreadableKit(TaoError):
    """A decomposition folder without a usable kit.json or audio."""


class NoOnsets(TaoError):
    """A stem or loop without a single hit, and so without a one-shot."""
