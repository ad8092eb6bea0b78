"""What can go wrong, said in one sentence: what was wanted, what was found, what to try next."""


class TaoError(Exception):
    """A failure that a user can act on. Its text is shown as it is; `exit_code` is the command line's."""

    exit_code = 1


class InvalidValue(TaoError, ValueError):
    """A musical value outside its range: raised in `__post_init__`, so an invalid value never exists."""


class UsageError(TaoError):
    """The command line asked for something that does not fit together."""

    exit_code = 2


class DeviceNotFound(TaoError):
    """The audio or MIDI device that was asked for is not there."""

    exit_code = 3


class WeightsMissing(TaoError):
    """A model was asked for whose weights are not installed, or whose hash is wrong."""

    exit_code = 4


class UnreadableAudio(TaoError):
    """A file that should hold audio does not, or holds none that can be used."""


class UnreadableKit(TaoError):
    """A decomposition folder whose kit.json or audio cannot be used."""


class NoOnsets(TaoError):
    """A stem or loop in which nothing was struck: there is no one-shot to be had from it."""
