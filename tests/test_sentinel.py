"""A test that cannot tell says which stall it saw, and one without an excuse fails."""

import time

import pytest

from tests.sentinel import HALF_A_BLOCK_S, Sentinel, Stall


class Watched(Sentinel):
    """A sentinel that saw these stalls."""

    def __init__(self, *stalls: Stall) -> None:
        self._seen = stalls

    def stalls(self, late_s: float = 0.0) -> list[Stall]:
        return [one for one in self._seen if one.lasted_s > late_s]


def test_an_inconclusive_test_names_the_processor_the_moment_and_the_length() -> None:
    watched = Watched(Stall("0", 10.5, 10.502), Stall("1", 11.0, 11.0123), Stall("1", 8.0, 9.0))
    with pytest.raises(pytest.skip.Exception, match=r"meanwhile: 2; .* 12\.3 ms on processor 1, 1\.00 s into"):
        watched.inconclusive(10.0, "blocks were dropped")


def test_what_no_stall_excuses_is_a_failure() -> None:
    watched = Watched(Stall("1", 8.0, 9.0), Stall("0", 10.0, 10.0 + 0.9 * HALF_A_BLOCK_S))
    with pytest.raises(pytest.fail.Exception, match="no processor stalled"):
        watched.inconclusive(9.5, "blocks were dropped")


def test_a_sentinel_can_be_asked_while_it_watches() -> None:
    with Sentinel() as sentinel:
        time.sleep(0.05)
        assert sentinel.freezes().watched_s >= 0.05
        assert all(one.lasted_s > 0.0 for one in sentinel.stalls(0.0))
