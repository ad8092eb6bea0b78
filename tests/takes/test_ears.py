"""What the musician hears and no take keeps: clicks and the monitored input."""

import numpy as np
import pytest

from engine.audio.block import for_the_ears
from engine.audio.click import CLICK_S, Clicks, click_sound, mix_clicks
from engine.audio.host import Host
from engine.audio.output_stage import CEILING
from engine.audio.tape import Tape, write_tape
from engine.dsp.processor import Processor

RATE, BLOCK = 48000, 128


def clicks_in_blocks(clicks: Clicks, frames: int, block: int) -> np.ndarray:
    out = np.zeros((frames, 2), np.float32)
    for start in range(0, frames, block):
        piece = out[start : start + block]
        mix_clicks(clicks.plan, piece, start, len(piece), RATE)
    return out


def test_a_click_begins_on_its_frame_at_any_block_size() -> None:
    clicks = Clicks()
    clicks.add(1000, accent=False)
    whole = clicks_in_blocks(clicks, 9600, 9600)
    assert not whole[:1001].any() and np.array_equal(whole[1000 : 1000 + int(CLICK_S * RATE), 0], click_sound(RATE))
    assert np.array_equal(whole, clicks_in_blocks(clicks, 9600, 64))


def test_clicks_that_are_forgotten_do_not_sound() -> None:
    clicks = Clicks()
    for frame in (1000, 3000, 5000):
        clicks.add(frame, accent=True)
    clicks.forget_from(3000)
    assert np.abs(clicks_in_blocks(clicks, 9600, 64)[2900:]).max() == 0.0


def test_the_monitor_passes_the_input_and_fades_both_ways() -> None:
    processor = Processor(RATE, BLOCK)
    host = Host(processor, None, None)
    processor.memory["audio_in"][:] = 0.25
    levels = []
    for on in (False, True, True, True, False, False, False, False):
        host.monitor(on)
        out = np.zeros((BLOCK, 2), np.float32)
        for_the_ears(host.record, processor.memory, out, 0, BLOCK)
        levels.append(out[:, 0])
    heard = np.concatenate(levels)
    assert heard[:BLOCK].max() == 0.0 and heard[4 * BLOCK - 1] == pytest.approx(0.25) and heard[-1] == 0.0
    assert np.abs(np.diff(heard)).max() < 0.0012, "no click when it is switched"


def test_a_loud_input_passes_a_limiter_and_the_music_keeps_its_shape() -> None:
    processor = Processor(RATE, BLOCK)
    host = Host(processor, None, None)
    host.monitor(True)
    phase = 2 * np.pi * 440 * np.arange(40 * BLOCK) / RATE
    music, sung = (np.float32(gain * np.sin(ratio * phase)) for gain, ratio in ((0.8, 1.0), (0.9, 1.0)))
    heard = []
    for start in range(0, len(phase), BLOCK):
        out = np.repeat(music[start : start + BLOCK, None], 2, axis=1)
        processor.memory["audio_in"][:BLOCK] = sung[start : start + BLOCK, None]
        for_the_ears(host.record, processor.memory, out, start, BLOCK)
        heard.append(out[:, 0].copy())
    loud = np.concatenate(heard)[20 * BLOCK :]
    assert np.abs(loud).max() <= CEILING + 1e-6
    wanted = (music + sung)[20 * BLOCK :]
    likeness = np.dot(loud, wanted) / np.sqrt(np.dot(loud, loud) * np.dot(wanted, wanted))
    assert likeness > 0.9995, "turned down, not clipped"
    processor.memory["audio_in"][:] = np.nan
    out = np.full((BLOCK, 2), 0.5, np.float32)
    for_the_ears(host.record, processor.memory, out, 0, BLOCK)
    assert np.isfinite(out).all(), "an input that is not a number is not heard"


def test_the_tape_keeps_the_newest_by_frame_with_silence_where_nothing_was_played() -> None:
    tape = Tape(1000, 64)
    noise = np.random.default_rng(2).normal(size=(64, 2)).astype(np.float32)
    for block in range(20):
        write_tape(tape.ring, noise, 64 * block, 64)
    write_tape(tape.ring, noise, 64 * 20 + 100, 64)
    newest = tape.newest_frame
    assert newest == 64 * 21 + 100
    assert np.array_equal(tape.read(newest - 64, 64), noise) and not tape.read(newest - 164, 100).any()
    assert np.array_equal(tape.read(newest - 228, 64), noise)
