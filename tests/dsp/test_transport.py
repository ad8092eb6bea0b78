"""The song begins, moves and rests with JACK's transport, on its very frame."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.core.commands import Play, PlayFrom, Stop
from engine.core.timeline import Ticks
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from engine.dsp.ring import BEGIN, END, Done
from engine.dsp.transport import FOLLOWS, LEADS, NOBODY
from tests.dsp.test_midi_in import FRAMES, RATE, machine
from tests.sounds import bank

BLOCK = 256
Said = tuple[bool, int, float | None]  # whether it rolls, its frame, and the song tick if anybody says one


def played(role: int, said: Callable[[int], Said], missed: int = -1) -> tuple[np.ndarray, list[Done]]:
    """What sounds, and what was done, beside a transport; the block from frame `missed` on is dropped."""
    processor, sounds = Processor(RATE, 1024), bank()
    transport = processor.memory["transport"]
    transport["role"] = role
    processor.push([processor.score(1, 0, machine(), sounds)])
    silence, out, done = np.zeros((BLOCK, 2), np.float32), np.zeros((FRAMES + BLOCK, 2), np.float32), list[Done]()
    for start in range(0, FRAMES, BLOCK):
        if start == missed:
            continue
        rolls, frame, ticks = said(start)
        transport["rolls"], transport["frame"], transport["has_beat"] = rolls, frame, ticks is not None
        transport["ticks"] = ticks or 0.0
        out[start : start + BLOCK] = processor.process(silence, start)
        done += processor.drain()
    return out[:FRAMES], [one for one in done if one.kind in (BEGIN, END)]


@pytest.mark.parametrize("role", [FOLLOWS, LEADS])
def test_a_song_begins_and_rests_with_the_transport(role: int) -> None:
    begins, ends = 20 * BLOCK, 150 * BLOCK
    audio, done = played(role, lambda at: (begins <= at < ends, min(max(0, at - begins), ends - begins), None))
    assert [(one.kind, one.frame) for one in done] == [(BEGIN, begins), (END, ends)]
    assert np.array_equal(audio, render_offline(machine(), bank(), FRAMES, [(begins, Play()), (ends, Stop())]))


def test_a_follower_begins_where_the_timebase_says_it_is_or_else_by_its_own_tempo() -> None:
    for said, there in ((1237.3, 1237), (None, 960)):  # half a second is a beat at 120 BPM
        audio, done = played(FOLLOWS, lambda at, said=said: (at >= BLOCK, 24000 + max(0, at - BLOCK), said))
        assert [(one.kind, one.frame, one.value) for one in done] == [(BEGIN, BLOCK, there)]
        assert np.array_equal(audio, render_offline(machine(), bank(), FRAMES, [(BLOCK, PlayFrom(Ticks(there)))]))


@pytest.mark.parametrize("role", [FOLLOWS, LEADS])
def test_a_transport_that_is_moved_while_it_rolls_takes_the_song_along(role: int) -> None:
    def moved(at: int) -> Said:
        return True, at if at < 100 * BLOCK else at - 100 * BLOCK, None

    _, done = played(role, moved)
    assert [(one.kind, one.frame, one.value) for one in done] == [(BEGIN, 0, -1), (BEGIN, 100 * BLOCK, -1)]


def test_a_transport_that_lags_after_a_dropped_block_moves_nothing() -> None:
    missed = 60 * BLOCK
    for role in (FOLLOWS, LEADS):
        _, done = played(role, lambda at: (True, at if at < missed else at - BLOCK, None), missed)
        assert [(one.kind, one.frame) for one in done] == [(BEGIN, 0)]


def test_who_takes_no_part_plays_on_by_himself() -> None:
    _, done = played(NOBODY, lambda at: (at > 5 * BLOCK, at, None))
    assert not done


def test_a_leader_goes_on_where_it_stopped_whatever_its_tempo_was() -> None:
    stops = (100 * BLOCK, 120 * BLOCK)

    def stopped(at: int) -> Said:
        return not stops[0] <= at < stops[1], min(at, stops[0]) + max(0, at - stops[1]), None

    _, done = played(LEADS, stopped)
    resting = machine().timeline.ticks_at(stops[0])
    assert [(one.kind, one.frame, one.value) for one in done[1:]] == [(END, stops[0], 0), (BEGIN, stops[1], resting)]
