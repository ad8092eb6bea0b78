"""The device that torch computes on: the GPU as long as it works, else the CPU."""

import logging
import re
from collections.abc import Callable
from typing import TypeVar

import torch

from engine.core.errors import UsageError

LOGGER = "tao"           # for musicians: the worker and the command line pass its warnings on
_FAILURES = (RuntimeError, AssertionError)  # torch without CUDA asserts; every other device error is the former

Result = TypeVar("Result")


class ComputeDevice:
    """A torch device with the CPU as its fallback. name: cpu, cuda or cuda:1; empty for CUDA if there is one. Raises
    UsageError for another."""

    def __init__(self, name: str = "") -> None:
        if name and not re.fullmatch(r"cpu|cuda(:\d+)?", name):
            raise UsageError(f"{name!r} is not a device. Use cpu or cuda.")
        self._name = name or ("cuda" if torch.cuda.is_available() else "cpu")

    def run(self, work: Callable[[torch.device], Result]) -> Result:
        """The result of `work` on the device. If it fails there, warn, run it again on the CPU, and stay on the CPU;
        what fails on the CPU is raised."""
        if self._name != "cpu":
            try:
                return work(torch.device(self._name))
            except _FAILURES as error:
                reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
                logging.getLogger(LOGGER).warning(
                    "The GPU failed (%s). Tao continues on the CPU, and stays there until it is restarted.",
                    reason)
                self._name = "cpu"
        return work(torch.device("cpu"))
