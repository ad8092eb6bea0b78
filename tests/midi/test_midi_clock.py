"""Clock, transport and notes through a real JACK server, against another client."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import Continue, Play, SetClockOut, SetClockSource, SetRoute, SetStep, SetTempo, Stop
from engine.core.midi import ClockOut, ClockSource, Route
from engine.core.pattern import Step
from engine.core.requests import ConnectMidi, Direction, Learn, WriteSteps
from engine.core.snapshot import SyncState
from engine.sessions.replay import replay
from tests.midi_peer import MidiPeer, clocks
from tests.rig import Recorder, RunningEngine, running_engine


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "jack", frame_port=True, connect=False, effects="bypass") as engine:
        yield engine


@pytest.fixture
def peer(engine: RunningEngine) -> Iterator[MidiPeer]:
    peer = MidiPeer()
    try:
        yield peer
    finally:
        peer.close()


def wait_until(engine: RunningEngine, frame: int) -> None:
    assert engine.client.wait(lambda snapshot: snapshot.meters.frames > frame, 60.0)


def after(engine: RunningEngine, frames: int) -> int:
    return engine.client.snapshot().meters.frames + frames


def test_the_clock_that_leaves_is_the_songs(engine: RunningEngine, peer: MidiPeer) -> None:
    client = engine.client
    peer.client.set_freewheel(True)
    client.ask(SetClockOut(1, ClockOut(True)))
    client.ask(SetRoute("kick", Route(1, 10, 36)))
    client.ask(SetStep("kick", 0, Step(1.0)))
    for command in (Play(), SetTempo(174.0), SetTempo(93.0), Stop(), Continue()):
        start = after(engine, 480_000)  # early enough for a server that runs as fast as it can
        client.ask(command, at_frames=start)
        wait_until(engine, start + 96_000)
    timeline = client.snapshot().status.machine.timeline
    messages = [message for _, message in peer.heard if message[0] >= 0xF0]
    assert [m[0] for m in messages if m != b"\xf8"] == [0xFA, 0xFC, 0xF2, 0xFB]
    position = next(message for message in messages if message[0] == 0xF2)
    again = next(place for place, (_, message) in enumerate(peer.heard) if message == b"\xfb")
    assert (position[1] | position[2] << 7) * 240 == timeline.origin_ticks
    heard = clocks(peer.heard[again:])
    ideal = [timeline.frames_at(timeline.origin_ticks + 40 * number) for number in range(len(heard))]
    assert len(heard) > 40 and heard.tolist() == ideal
    kick = next(frame for frame, message in peer.heard if message[0] == 0x99)
    assert kick == clocks(peer.heard)[0], "the note and the first clock leave on one frame"


def test_a_song_begun_by_another_begins_on_its_first_clock(engine: RunningEngine, peer: MidiPeer) -> None:
    engine.load_kit("beat")
    engine.client.ask(SetClockSource(ClockSource.MIDI))
    engine.client.ask(SetStep("kick", 0, Step(1.0)))
    recorder = Recorder()
    peer.client.set_freewheel(True)
    start = after(engine, 480_000)
    peer.send(start - 500, b"\xfa")
    for number in range(200):
        peer.send(start + 1000 * number, b"\xf8")
    wait_until(engine, start + 300_000)
    peer.client.set_freewheel(False)
    recorder.close()
    machine = engine.client.snapshot().status.machine
    assert machine.playing and peer.late == 0
    numbers, audio = recorder.recorded()
    first = numbers[np.argmax(np.abs(audio).max(axis=1) > 0)]
    assert start <= first < start + 20, "the kit has a stroke on the downbeat"
    engine.finish()
    replayed = replay(engine.session, int(numbers[-1]) + 1)
    assert np.array_equal(replayed[numbers], audio)


def test_a_jittery_clock_is_followed_in_tempo_and_phase(engine: RunningEngine, peer: MidiPeer) -> None:
    engine.client.ask(SetClockSource(ClockSource.MIDI))
    rng = np.random.default_rng(2)
    start, period = after(engine, 9600), 60.0 * 48000 / (24 * 126.0)
    ideal = start + period * np.arange(400)
    peer.send(start - 400, b"\xfa")
    for frame in ideal + rng.uniform(-48, 48, len(ideal)):
        peer.send(round(frame), b"\xf8")
    assert engine.client.wait(lambda s: s.meters.frames > ideal[360], 20.0)
    snapshot = engine.client.snapshot()
    timeline, sync = snapshot.status.machine.timeline, snapshot.status.sync
    assert (sync.state, sync.bpm) == (SyncState.LOCKED, pytest.approx(126.0, abs=0.06))
    ours = timeline.origin_frames + (40 * 360 - timeline.origin_ticks) * timeline.frames_per_tick
    assert abs(ours - ideal[360]) < 48, "within a millisecond"
    assert engine.client.wait(lambda s: s.status.sync.state is SyncState.LOST, 5.0)
    assert engine.client.snapshot().status.machine.playing


def test_ports_are_joined_by_name_when_they_come_and_when_they_come_back(engine: RunningEngine) -> None:
    engine.client.ask(ConnectMidi(Direction.OUT, 2, "Late Synth"))
    for _ in range(2):
        late = MidiPeer(None, None, name="late synth")
        try:
            assert engine.client.wait(lambda s: s.status.midi.joined_out[1] == "late synth:in", 5.0)
        finally:
            late.close()
        assert engine.client.wait(lambda s: s.status.midi.joined_out[1] == "", 5.0)
    assert any("has disappeared" in notice.text for notice in engine.client.snapshot().status.notices)


def test_pads_are_written_and_knobs_are_learned(engine: RunningEngine, peer: MidiPeer) -> None:
    client = engine.client
    client.ask(WriteSteps(True))
    client.ask(Play())
    assert client.wait(lambda s: s.status.machine.playing, 5.0)
    start = client.snapshot().status.machine.timeline.origin_frames
    peer.send(start + 24_000 + 100, bytes((0x99, 38, 64)))
    assert client.wait(lambda s: s.status.machine.pattern.track("snare").steps[4] is not None, 5.0)
    step = client.snapshot().status.machine.pattern.track("snare").steps[4]
    assert step is not None and step.microtiming == 4 and step.velocity == pytest.approx(64 / 127)
    client.ask(Learn("filter"))
    peer.send(0, bytes((0xB0, 74, 1)))
    assert client.wait(lambda s: s.status.midi.controls == {"1:74": "filter"}, 5.0)
    peer.send(0, bytes((0xB0, 74, 0)))
    assert client.wait(lambda s: s.status.machine.effects.filter.amount == -1.0, 5.0)
    assert client.snapshot().status.midi.last == "controller 74 channel 1 value 0"
