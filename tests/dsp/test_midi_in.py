"""What comes in by MIDI happens on its very frame: pads, Start, Stop, Continue, Song Position."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.commands import Continue, LoadKit, Play, Stop, apply
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.midi import ClockSource, Route
from engine.core.pattern import Step
from engine.core.timeline import Ticks
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from engine.dsp.ring import BEGIN, END, HIT, PANIC, Done, Record
from tests.sounds import bank
from tests.strategies import SAMPLES

RATE, FRAMES = 48000, 60_000
START, CONTINUE, STOP, CLOCK = b"\xfa", b"\xfb", b"\xfc", b"\xf8"


def machine(source: ClockSource = ClockSource.MIDI) -> Machine:
    kit = Kit("one", {"kick": OneShot("aa", SAMPLES["aa"]), "hihat": OneShot("cc", SAMPLES["cc"])})
    made = apply(LoadKit(kit), empty_machine(RATE), 0)
    track = made.pattern.track("kick").with_step(0, Step()).with_step(3, Step(0.5)).with_step(7, Step(0.7))
    return replace(made.with_pattern(made.pattern.with_track(track)), midi=replace(made.midi, source=source))


def play(made: Machine, events: list[tuple[int, bytes]], block_frames: int = 128,
         records: tuple[Record, ...] = ()) -> tuple[np.ndarray, list[Done], list[tuple[int, bytes]]]:
    """Audio, what was done, and what was sent, when these events come in by input 1."""
    processor, sounds = Processor(RATE, 1024), bank()
    memory = processor.memory
    processor.push([processor.score(1, 0, made, sounds), *records])
    heard, done, sent = [], [], []
    silence = np.zeros((block_frames, 2), np.float32)
    for start in range(0, FRAMES, block_frames):
        now = [event for event in events if start <= event[0] < start + block_frames]
        for place, (frame, message) in enumerate(now):
            memory["midi_in"][place] = (frame, 0, int.from_bytes(message, "little"), len(message))
        memory["state"]["midi_incoming"] = len(now)
        heard.append(processor.process(silence, start).astype(np.float32))
        done += processor.drain()
        for frame, _, message, size in memory["midi_out"][: memory["state"]["midi_sending"]].tolist():
            sent.append((frame, message.to_bytes(4, "little")[:size]))
    return np.concatenate(heard)[:FRAMES], done[1:], sent


@pytest.mark.parametrize("block_frames", [64, 128, 1000])
def test_the_first_clock_after_start_is_the_downbeat(block_frames: int) -> None:
    events = [(frame, CLOCK) for frame in range(77, 9000, 1000)] + [(9050, START)]
    events += [(frame, CLOCK) for frame in range(9077, FRAMES, 1000)]
    audio, done, _ = play(machine(), sorted(events), block_frames)
    assert [(d.kind, d.frame) for d in done] == [(BEGIN, 9077)]
    assert np.array_equal(audio, render_offline(machine(), bank(), FRAMES, [(9077, Play())]))


def test_stop_and_continue_go_on_at_the_sixteenth() -> None:
    events = [(100, START), (200, CLOCK), (30_000, STOP), (40_000, CONTINUE), (40_500, CLOCK)]
    audio, done, _ = play(machine(), events)
    assert [(d.kind, d.frame) for d in done] == [(BEGIN, 200), (END, 30_000), (BEGIN, 40_500)]
    commands = [(200, Play()), (30_000, Stop()), (40_500, Continue())]
    assert np.array_equal(audio, render_offline(machine(), bank(), FRAMES, commands))


def test_song_position_is_where_continue_goes_on() -> None:
    events = [(100, bytes((0xF2, 3, 0))), (150, CONTINUE), (200, CLOCK)]
    audio, done, _ = play(machine(), events)
    assert [(d.kind, d.frame, d.value) for d in done] == [(BEGIN, 200, 720)]
    assert np.abs(audio[200:300]).max() > 0.1, "step 4 is triggered at once"


@pytest.mark.parametrize("message", [b"", CONTINUE], ids=["alone", "with Continue"])
def test_a_song_position_while_the_song_plays_moves_it_with_the_next_clock(message: bytes) -> None:
    events = [(100, START), *[(frame, CLOCK) for frame in range(200, 50_000, 1000)]]
    for round_ in (14_150, 28_150):  # the sequencer loops 14 clocks
        events += [(round_, bytes((0xF2, 0, 0)))] + [(round_ + 10, message)] * bool(message)
    audio, done, _ = play(machine(), sorted(events, key=lambda event: event[0]))
    assert [(d.kind, d.frame, d.value) for d in done] == [(BEGIN, 200, -1), (BEGIN, 14_200, 0), (BEGIN, 28_200, 0)]
    commands = [(200, Play()), (14_200, Continue(Ticks(0))), (28_200, Continue(Ticks(0)))]
    assert np.array_equal(audio, render_offline(machine(), bank(), FRAMES, commands))


def test_a_song_position_where_the_song_already_is_changes_nothing() -> None:
    events = [(100, START), *[(frame, CLOCK) for frame in range(200, 50_000, 1000)]]
    events += [(12_150, bytes((0xF2, 2, 0))), (13_150, CONTINUE)]
    audio, done, _ = play(machine(), sorted(events, key=lambda event: event[0]))
    assert len(done) == 1 and np.array_equal(audio, render_offline(machine(), bank(), FRAMES, [(200, Play())]))


def test_song_position_can_be_ignored() -> None:
    made = machine()
    deaf = replace(made, midi=made.midi.with_song_position(1, False))
    _, done, _ = play(deaf, [(100, bytes((0xF2, 3, 0))), (150, CONTINUE), (200, CLOCK)])
    assert [(d.kind, d.value) for d in done] == [(BEGIN, 0)]


def test_who_keeps_his_own_time_is_started_by_nobody() -> None:
    _, done, _ = play(machine(ClockSource.INTERNAL), [(100, START), (200, CLOCK), (300, STOP)])
    assert done == []


@pytest.mark.parametrize("block_frames", [64, 1000])
def test_a_note_strikes_its_pad_on_its_frame(block_frames: int) -> None:
    audio, done, _ = play(machine(), [(5003, bytes((0x99, 36, 100))), (6000, bytes((0x89, 36, 0))),
                                      (7000, bytes((0x93, 36, 0))), (8000, bytes((0x90, 3, 99)))], block_frames)
    assert [(d.kind, d.frame, d.value) for d in done] == [(HIT, 5003, 100 << 8)]
    first = int(np.argmax(np.abs(audio).max(axis=1) > 0))
    assert 5003 <= first < 5010


def test_a_routed_track_plays_its_notes_on_the_frames_of_its_strokes() -> None:
    made = machine()
    routed = replace(made, midi=made.midi.with_route("kick", Route(1, 10, 36, sounds=False)))
    audio, _, sent = play(routed, [(100, START), (200, CLOCK)])
    on = [(frame, message) for frame, message in sent if message[0] == 0x99]
    off = [frame for frame, message in sent if message == bytes((0x89, 36, 0))]
    assert on == [(200, bytes((0x99, 36, 127))), (18_200, bytes((0x99, 36, 64))), (42_200, bytes((0x99, 36, 89)))]
    assert off == [2600, 20_600, 44_600]
    assert not audio.any(), "and is silent itself, when that is wished for"


def test_a_note_struck_again_ends_first() -> None:
    made = machine()
    track = replace(made.pattern.track("kick"), steps=(Step(ratchet=8),))
    routed = replace(made.with_pattern(made.pattern.with_track(track)),
                     midi=made.midi.with_route("kick", Route(1, 1, 36)))
    _, _, sent = play(routed, [(100, START), (200, CLOCK)])
    kinds = [message[0] for _, message in sent]
    assert kinds[:6] == [0x90, 0x80] * 3


def test_panic_ends_every_note_on_every_channel_that_was_used() -> None:
    made = machine()
    routed = replace(made, midi=made.midi.with_route("kick", Route(2, 5, 40)))
    _, _, sent = play(routed, [(100, START), (200, CLOCK)], records=(Record(PANIC, 2, 1000),))
    assert sent[1:4] == [(1000, bytes((0x84, 40, 0))), (1000, bytes((0xB4, 120, 0))), (1000, bytes((0xB4, 123, 0)))]
