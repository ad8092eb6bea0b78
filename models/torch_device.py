"""Where to compute: on the GPU while there is one that works, else on the CPU."""

import logging
from collections.abc import Callable
from typing import TypeVar

import torch

LOGGER = "tao"           # what a musician should know; the worker and the command line listen to it
_FAILURES = (RuntimeError, AssertionError)  # a torch without CUDA asserts; all else that a device does is the former

Result = TypeVar("Result")


class Computer:
    """A device and, should it fail, the CPU. name: as torch names devices; empty for CUDA's where there is one."""

    def __init__(self, name: str = "") -> None:
        self._name = name or ("cuda" if torch.cuda.is_available() else "cpu")

    def run(self, work: Callable[[torch.device], Result]) -> Result:
        """What `work` does on the device. When that fails it is done again on the CPU, as is all work from then on,
        and a warning says so; what fails on the CPU is raised."""
        if self._name != "cpu":
            try:
                return work(torch.device(self._name))
            except _FAILURES as error:
                reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
                logging.getLogger(LOGGER).warning(
                    "The GPU failed (%s); this goes on on the CPU, and stays there until Tao is started again.",
                    reason)
                self._name = "cpu"
        return work(torch.device("cpu"))
