"""The short form of `python -m benchmarks.crashes`: nothing is lost, whatever is killed, however full the disk is."""

import pytest

from benchmarks.crashes import crashed
from benchmarks.crashing.verbs import ACTIVITIES

QUICK = tuple(one for one in ACTIVITIES if one.name in ("save", "keep", "export"))


@pytest.mark.slow
def test_killed_or_without_room_a_verb_leaves_the_old_or_the_new() -> None:
    tally = crashed(30, 0, 2, QUICK)
    assert tally.lost == []
    assert tally.counts["kills"] > 5 and tally.counts["kits"] >= 30 and tally.counts["readings"] > 0


@pytest.mark.server
@pytest.mark.slow
def test_an_engine_that_is_killed_again_and_again_comes_back_with_everything() -> None:
    tally = crashed(0, 4, 3)
    assert tally.lost == []
    assert tally.counts["engines killed"] >= 2 and tally.counts["edits"] > 10
