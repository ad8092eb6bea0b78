"""Keys that repair what the decomposition was not sure of."""

from dataclasses import replace

import pytest

from engine.core.candidates import CandidateStep, TrackCandidates
from engine.core.commands import SetRole
from engine.core.pattern import Step
from engine.core.timeline import Ticks

SOFT = CandidateStep(3, Step(0.2, Ticks(4), confidence=0.3))


@pytest.fixture
def unsure(engine):
    """The kick may be a tom, and may have a soft hit more."""
    kick = TrackCandidates("kick", "perc 1", (CandidateStep(0, Step(0.1)), SOFT))
    engine.status = replace(engine.status, candidates=(kick, TrackCandidates("snare", "hihat")))


async def test_hits_that_were_left_out_come_back_where_the_track_is_silent(open_tao, engine, unsure):
    first = engine.machine.pattern.tracks[0].steps[0]
    async with open_tao() as tao:
        assert tao.step(0, 3) is None and first is not None
        await tao.press("ctrl+b")
        assert tao.step(0, 3) == SOFT.step and tao.step(0, 0) == first
        assert "1 soft hit brought back on kick. D re-solves" in tao.app.instrument.notice_line.text
        await tao.press("ctrl+b")
        assert "No hits were left out on kick" in tao.app.instrument.notice_line.text


async def test_one_key_gives_a_track_its_second_best_name(open_tao, engine, unsure):
    async with open_tao() as tao:
        await tao.press("X")
        assert "kick is now perc 1" in tao.app.instrument.notice_line.text
    assert engine.commands[0] == SetRole("kick", "perc 1")


async def test_a_name_that_another_track_has_is_not_given(open_tao, engine, unsure):
    async with open_tao() as tao:
        await tao.press("down", "X")
        assert "another track has that name" in tao.app.instrument.notice_line.text
        await tao.press("down", "X", "ctrl+b")
    assert engine.commands == []
