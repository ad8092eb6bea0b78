"""The shipped transcriber on loops with tails, loops begun late, channels that cancel, and metres other than 4/4."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.loop import Loop
from engine.library.kits.decomposition import Source
from models.batch.one_file import notes_about
from models.decompose import Tools, decompose
from models.hearing.tao import Tao
from models.storing import stored
from tests.models.loops import RATE, TOOLS, audio_of, noise, pattern_of

ROCK = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.o.x.o.x.o.x.o.")
METERS = {
    (3, 4): pattern_of(kick="x...........", snare="....o...o...", hihat="x.o.x.o.x.o."),
    (5, 4): pattern_of(kick="x.....o.....x.......", snare="........x.......x...", hihat="x.o.x.o.x.o.x.o.x.o."),
    (7, 8): replace(pattern_of(kick="x.......x.....", snare="....x.....o...", hihat="x.o.x.o.x.o.x."), beats=3.5)}
HUM = 0.3 * np.sin(2 * np.pi * 110.0 * np.arange(2 * RATE) / RATE)[None].repeat(2, axis=0)


@pytest.fixture(scope="module")
def tao() -> Tao:
    return Tao()


def turns(pattern, bpm: float, count: int) -> np.ndarray:
    """(2, frames): the pattern, so many times."""
    return np.tile(audio_of(pattern, bpm).T, (1, count))


@pytest.mark.slow
@pytest.mark.parametrize(("bpm", "bars", "rings_s"), [(110.0, 2, 0.3), (110.0, 2, 1.2), (157.0, 1, 0.29)])
def test_a_tail_changes_neither_tempo_nor_beats(tao, bpm, bars, rings_s):
    loop = turns(ROCK, bpm, bars)
    tail = loop[:, : round(0.4 * RATE)] * np.linspace(0.02, 0.0, round(0.4 * RATE))
    rest = np.zeros((2, round(rings_s * RATE)))
    rest[:, : tail.shape[1]] += tail[:, : rest.shape[1]]
    best = tao.transcribe(np.concatenate([loop, rest], axis=1).astype(np.float32), RATE).tempo
    assert best.beats == 4 * bars and best.bpm == pytest.approx(bpm, rel=0.005)


@pytest.mark.slow
def test_a_loop_begun_late_is_turned_to_its_first_beat(tao):
    late = np.roll(turns(ROCK, 110.0, 2), round(0.06 * RATE), axis=1)
    best = tao.transcribe(np.ascontiguousarray(late), RATE).tempo
    assert best.beats == 8 and best.bpm == pytest.approx(110.0, rel=0.005)
    assert best.start_s == pytest.approx(0.06, abs=0.01)


@pytest.mark.slow
def test_channels_that_cancel_a_dead_one_and_a_click_are_heard_like_any_loop(tao):
    loop = turns(ROCK, 110.0, 1)
    plain = tao.transcribe(loop, RATE)
    clicked = 0.1 * loop
    clicked[:, round(0.7 * RATE)] = 1.0
    for audio in (loop * [[1], [-1]], loop * [[1], [0]], clicked):
        heard = tao.transcribe(audio.astype(np.float32), RATE)
        assert (heard.tempo.beats, round(heard.tempo.bpm)) == (plain.tempo.beats, round(plain.tempo.bpm))
        lost = [one for one in plain.onsets
                if not any(abs(other.time_s - one.time_s) < 0.02 for other in heard.of(one.track))]
        assert len(lost) <= 2, lost


@pytest.mark.slow
@pytest.mark.parametrize(("signature", "count", "bpm"), [((3, 4), 4, 120.0), ((5, 4), 2, 130.0), ((7, 8), 1, 120.0),
                                                         ((7, 8), 2, 120.0)])
def test_a_metre_is_heard(tao, signature, count, bpm):
    pattern = METERS[signature]
    best = tao.transcribe(turns(pattern, bpm, count), RATE).tempo
    assert (best.time_signature, best.beats) == (signature, count * pattern.beats)
    assert best.bpm == pytest.approx(bpm, rel=0.005)


@pytest.mark.parametrize("audio", [noise(2.0), HUM])
def test_where_no_drum_is_heard_the_sounds_have_no_names(audio):
    loop = Loop(np.ascontiguousarray(audio.T, np.float32), RATE, "sea")
    *_, done = decompose(loop, Tools(TOOLS.transcriber, TOOLS.separator, TOOLS.extractor), RATE)
    assert all(track.name.startswith("perc ") for track in done.pattern.tracks)
    assert "No drum was heard" in notes_about(stored(done, Source("sea"), TOOLS.names))[0]
