import contextlib

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.core.commands import Command, LoadPattern, apply
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.dsp.offline import render_offline
from tests import reference
from tests.sounds import bank
from tests.strategies import commands, machines

FRAMES = 16000
slow = settings(max_examples=40, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def understood(machine: Machine, wishes: list[tuple[int, Command]]) -> list[tuple[int, Command]]:
    """The commands that the machine takes, in order."""
    taken = []
    for frame, wish in sorted(wishes, key=lambda pair: pair[0]):
        with contextlib.suppress(InvalidValue):
            machine = apply(wish, machine, frame)
            taken.append((frame, wish))
    return taken


@slow
@given(machines(), st.lists(st.tuples(st.integers(0, FRAMES), commands), max_size=12))
def test_any_block_size_renders_the_same_audio(machine: Machine, wishes: list[tuple[int, Command]]) -> None:
    taken = understood(machine, wishes)
    first = render_offline(machine, bank(), FRAMES, taken, block_frames=64)
    assert np.isfinite(first).all()
    for block_frames in (128, 256, 997):
        assert np.array_equal(first, render_offline(machine, bank(), FRAMES, taken, block_frames))


@slow
@given(machines())
def test_the_kernels_render_what_their_slow_twin_renders(machine: Machine) -> None:
    assume(reference.most_voices(machine, bank(), FRAMES) < 60)
    expected = reference.render(machine, bank(), FRAMES)
    actual = render_offline(machine, bank(), FRAMES)
    assert np.abs(actual - expected).max() <= 1e-6 * max(1.0, np.abs(expected).max())


@slow
@given(machines(), st.integers(1, 4000))
def test_a_machine_that_is_loaded_later_plays_as_if_it_had_always_been_there(machine: Machine, later: int) -> None:
    """Swapping a machine for itself is inaudible, wherever it happens."""
    swap: list[tuple[int, Command]] = [(later, LoadPattern(machine.pattern))]
    assert np.array_equal(render_offline(machine, bank(), FRAMES), render_offline(machine, bank(), FRAMES, swap))
