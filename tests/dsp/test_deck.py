from dataclasses import replace

import numpy as np
import pytest

from engine.core.commands import LoadDecomposition, LoadLoop, Play, SetListen, SetTempo, Stop
from engine.core.errors import InvalidValue
from engine.core.kit import Kit
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.timeline import Ticks
from engine.dsp.lowering import RAMP_S
from engine.dsp.offline import render_offline

RATE = 48000
RAMP = round(RAMP_S * RATE)
LOOP = np.random.default_rng(3).uniform(-0.5, 0.5, (96000, 2)).astype(np.float32)  # one bar at 120 BPM
RESIDUAL = (0.1 * LOOP[::-1]).astype(np.float32)
SOUNDS = {"aa": LOOP, "bb": np.ascontiguousarray(RESIDUAL)}


def machine(listen: Listen = Listen.ORIGINAL, bpm: float = 120.0) -> Machine:
    return replace(empty_machine(RATE, bpm), loop=PlayedLoop("aa", 96000, 4, residual="bb"), listen=listen)


def test_at_its_own_tempo_the_recording_plays_bit_for_bit_round_and_round() -> None:
    audio = render_offline(machine(), SOUNDS, 300000, [(1000, Play())])
    assert not audio[:1000].any()
    assert np.array_equal(audio[1000:], np.tile(LOOP, (4, 1))[:299000])


@pytest.mark.parametrize("bpm", [123.4, 133.333, 240.0])
def test_at_a_tempo_that_is_no_whole_number_of_frames_every_pass_starts_on_its_bar(bpm: float) -> None:
    frames = round(4 * 60 / bpm * RATE)
    loop = LOOP[:frames].copy()
    odd = replace(machine(bpm=bpm), loop=PlayedLoop("aa", frames, 4))
    audio = render_offline(odd, {"aa": loop}, 10 * frames, [(0, Play())])
    for turn in range(9):
        start = odd.timeline.frames_at(turn * 3840)
        assert np.array_equal(audio[start : start + frames - 1], loop[: frames - 1])


def test_another_tempo_plays_it_faster_in_time_with_the_song() -> None:
    fast = render_offline(machine(bpm=240.0), SOUNDS, 48000, [(0, Play())])
    assert np.abs(fast[100:40000] - LOOP[200:80000:2]).max() < 1e-6


def test_listening_to_the_kit_and_back_fades_in_five_milliseconds() -> None:
    commands = [(0, Play()), (20000, SetListen(Listen.KIT)), (30000, SetListen(Listen.ORIGINAL))]
    audio = render_offline(machine(), SOUNDS, 60000, commands)
    assert np.array_equal(audio[:20000], LOOP[:20000])
    assert not audio[20000 + RAMP : 30000].any()
    assert np.array_equal(audio[30000 + RAMP :], LOOP[30000 + RAMP : 60000])
    fade = audio[20000 : 20000 + RAMP, 0] / LOOP[20000 : 20000 + RAMP, 0]
    assert np.all(np.diff(fade) < 0) and 0.99 < fade[0] <= 1.0


def test_kit_and_residual_is_the_residual_beside_the_kit() -> None:
    audio = render_offline(machine(Listen.KIT_AND_RESIDUAL), SOUNDS, 96000, [(0, Play())])
    assert np.array_equal(audio, RESIDUAL)


def test_a_stop_fades_the_recording_out() -> None:
    audio = render_offline(machine(), SOUNDS, 20000, [(0, Play()), (10000, Stop())])
    assert audio[10000 : 10000 + RAMP - 2].any() and not audio[10000 + RAMP :].any()


def test_a_tempo_change_does_not_interrupt_it() -> None:
    calm = np.repeat(np.sin(2 * np.pi * 100 * np.arange(96000) / RATE)[:, None], 2, 1).astype(np.float32)
    audio = render_offline(machine(), {"aa": calm, "bb": calm}, 60000, [(0, Play()), (20000, SetTempo(125.0))])
    assert np.abs(np.diff(audio, axis=0)).max() < 0.02


def test_a_take_starts_over_where_it_was_recorded() -> None:
    """Recorded in bar 2 (two bars of 240 BPM long it is not): bar 3 plays its beginning, whatever its length."""
    take = LOOP[:96000].copy()  # two bars at 240 BPM
    load = LoadDecomposition(Kit("none"), machine().pattern, PlayedLoop("cc", 96000, 8), Listen.ORIGINAL,
                             phase_ticks=Ticks(3840))
    playing = replace(empty_machine(RATE, 240.0), playing=True)
    audio = render_offline(playing, {"cc": take}, 240000, [(3 * 48000, load)])
    assert not audio[: 3 * 48000].any()
    assert np.array_equal(audio[3 * 48000 + RAMP : 240000], take[RAMP:])


def test_audio_that_is_shorter_than_announced_never_reaches_the_audio_thread() -> None:
    with pytest.raises(InvalidValue, match="incomplete"):
        render_offline(machine(), {"aa": LOOP[:1000], "bb": LOOP}, 1000)


def test_a_shorter_cut_of_the_same_recording_is_another_loop() -> None:
    half = LoadLoop(PlayedLoop("aa", 48000, 4))
    audio = render_offline(machine(bpm=120.0), SOUNDS, 200000, [(0, Play()), (96000, half)])
    place = np.arange(96000 + RAMP, 190000) - 96000
    assert np.abs(audio[96000 + RAMP : 190000 : 2] - LOOP[(place[::2] // 2) % 48000]).max() < 1e-6


def test_a_rush_of_swaps_cuts_only_what_is_hardly_heard() -> None:
    """More recordings than decks within one fade: the loud one, fading longest, must not be the one to go."""
    calm = (0.5 * np.repeat(np.sin(2 * np.pi * 50 * np.arange(96000) / RATE)[:, None], 2, 1)).astype(np.float32)
    sounds = {f"take {k}": calm.copy() for k in range(20)}
    start = replace(machine(), loop=PlayedLoop("take 0", 96000, 4))
    rush = [(10000 + 8 * k, LoadLoop(PlayedLoop(name, 96000, 4))) for k, name in enumerate(sounds)]
    audio = render_offline(start, sounds, 20000, [(0, Play()), *rush])
    assert np.abs(np.diff(audio, axis=0)).max() < 0.03
    assert np.array_equal(audio[10400:], calm[10400:20000])
