"""The instrument at the sizes that people use: nothing cut, nothing overlapping, no row or column left empty."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from engine.core.commands import Play, SetMute, SetStep
from engine.core.pattern import Step
from engine.core.snapshot import Heard, RecordState
from tests.tui.fake import FakeEngine
from tui.glyphs import ASCII

SIZES = [(80, 24), (100, 30), (140, 45), (200, 60)]
pytestmark = pytest.mark.parametrize("size", SIZES)


@pytest.fixture
def heard(engine: FakeEngine) -> FakeEngine:
    """A playing engine that knows its match, its pictures and what was heard; one hit is gone, one was added."""
    pattern, shots = engine.machine.pattern, engine.machine.kit.one_shots.values()
    pictures = {**{shot.sample: bytes(range(255, 0, -4)) for shot in shots}, "1" * 16: bytes([20] * 512)}
    engine.status = replace(engine.status, heard=Heard(pattern, 0.94, {"kick": 0.98, "snare": 0.91}), pictures=pictures)
    for command in (SetStep("kick", 0, None), SetStep("kick", 1, Step(0.9)), SetMute("tom", True), Play()):
        engine.send(command)
    engine.advance(1.3)
    engine.meters = replace(engine.meters, peaks=(0.7, 0.2, 0.0, 0.35, 0.0, 0.02, 0.0, 0.0))
    return engine


def lines(tao) -> list[str]:
    """The screen, row by row."""
    return [strip.text for strip in tao.app.screen._compositor.render_strips()]


async def test_every_row_belongs_to_a_part_and_no_two_overlap(open_tao, heard, size):
    async with open_tao(size=size) as tao:
        screen = tao.app.instrument
        parts = [screen.transport, screen.loop_strip, screen.grid, screen.step_line, screen.pads, screen.notice_line,
                 screen.key_bar]
        spans = sorted((part.region.y, part.region.bottom) for part in parts if part.display)
        assert all(above[1] == below[0] for above, below in pairwise(spans))
        assert (spans[0][0], spans[-1][1]) == (0, size[1])
        inside = [screen.grid.ruler, *(lane for lane in screen.grid.lanes if lane.display)]
        assert all(above.region.bottom == below.region.y for above, below in pairwise(inside))
        assert inside[-1].region.bottom == screen.step_line.region.y


async def test_every_column_of_the_grid_is_used(open_tao, heard, size):
    async with open_tao(size=size) as tao:
        view = tao.app.instrument.grid.lanes[0].view
        assert view.beats == 8 and view.label_columns + view.columns == size[0]
        assert tao.app.instrument.loop_strip.wave.view == tao.app.instrument.loop_strip.onsets.view == view


async def test_tempo_position_and_lamps_are_large_and_whole(open_tao, heard, size):
    async with open_tao(size=size) as tao:
        bar = tao.app.instrument.transport
        for part in (bar.state, bar.position, bar.tempo):
            rows = part.render().plain.split("\n")
            assert part.region.height >= 3 and max(map(len, rows)) <= part.region.width, part
            assert "█" in rows[0] + rows[1]
        lamps = bar.beats.render().plain.split("\n")
        assert bar.beats.lit == 2 and "█" in lamps[0] and len(set(map(len, lamps))) == 1
        assert len(lamps[0]) <= bar.beats.region.width
        assert bar.position.region.height == (5 if size[0] >= 140 else 3)


async def test_a_take_is_announced_in_large_letters(open_tao, heard, size):
    heard.status = replace(heard.status, record_state=RecordState.RECORDING)
    async with open_tao(size=size) as tao:
        take = tao.app.instrument.transport.take
        assert take.big == "REC" and take.has_class("-lamp")
        assert max(map(len, take.render().plain.split("\n"))) <= take.region.width


async def test_the_readouts_below_are_not_cut(open_tao, heard, size):
    async with open_tao(size=size) as tao:
        bar = tao.app.instrument.transport
        for part in (bar.listen, bar.record, bar.device, bar.load):
            assert part.render().cell_len <= part.content_region.width, part
        regions = [part.region for part in (bar.listen, bar.record, bar.device, bar.load, bar.input, bar.output)]
        assert all(left.right <= right.x for left, right in pairwise(regions)) and regions[-1].right <= size[0]


async def test_match_residual_hits_marks_and_ghosts_are_on_the_screen(open_tao, heard, size):
    async with open_tao(size=size) as tao:
        text = "\n".join(lines(tao))
        for word in ("match 94%", "recording", "residual", "heard", "98%", "91%", "kick", "swing 54%", "◌", "?"):
            assert word in text, word
        assert re.search("[⠀-⣿]", text), "the wave is drawn in braille"


async def test_names_are_whole(open_tao, heard, size):
    pattern = heard.machine.pattern
    named = replace(pattern, tracks=(replace(pattern.tracks[0], name="slice 1"), *pattern.tracks[1:]))
    heard.status = replace(heard.status, machine=heard.machine.with_pattern(named))
    async with open_tao(size=size) as tao:
        assert "slice 1" in tao.row(1)


async def test_ascii_fills_the_screen_too(open_tao, heard, size):
    async with open_tao(size=size, glyphs=ASCII) as tao:
        assert not {letter for letter in "".join(lines(tao)) if not letter.isascii()}
