"""What a GPU cannot do is done on the CPU, once and for all, and said."""

import logging

import pytest
import torch

from engine.core.errors import UsageError
from models.torch_device import LOGGER, ComputeDevice


@pytest.fixture
def said(caplog):
    """The lines for a musician, so far."""
    caplog.set_level(logging.WARNING, LOGGER)
    return lambda: [record.getMessage() for record in caplog.records if record.name == LOGGER]


def failing(error):
    """Work that notes where it is done, and fails anywhere but on the CPU."""
    places: list[str] = []

    def work(device: torch.device) -> str:
        places.append(str(device))
        if device.type != "cpu":
            raise error
        return "done"

    return work, places


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"),
                                   torch.AcceleratorError("CUDA error: an illegal memory access", 700),
                                   RuntimeError("cuFFT error: CUFFT_INTERNAL_ERROR\nmore"),
                                   AssertionError("Torch not compiled with CUDA enabled")])
def test_a_gpu_that_fails_is_left_for_good_and_said_once(said, error):
    work, places = failing(error)
    device = ComputeDevice("cuda")
    assert [device.run(work), device.run(work)] == ["done", "done"]
    assert places == ["cuda", "cpu", "cpu"]
    (line,) = said()
    assert line.startswith("The GPU failed (")
    assert "continues on the CPU" in line
    assert "\n" not in line


def test_what_stops_the_work_is_no_failure_of_the_gpu(said):
    work, places = failing(InterruptedError())
    with pytest.raises(InterruptedError):
        ComputeDevice("cuda").run(work)
    assert places == ["cuda"]
    assert not said()


def test_what_fails_on_the_cpu_is_raised(said):
    with pytest.raises(ZeroDivisionError):
        ComputeDevice("cpu").run(lambda device: 1 // 0)
    assert not said()


def test_a_device_that_is_not_there_costs_a_sentence_alone(said):
    assert ComputeDevice("cuda:99").run(lambda device: torch.zeros(2, device=device).sum()) == 0.0
    assert len(said()) == 1


def test_a_name_that_is_no_device_is_a_usage_error():
    with pytest.raises(UsageError, match="'foo' is not a device"):
        ComputeDevice("foo")
