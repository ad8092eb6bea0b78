"""Takes through a JACK loopback: calibrated, counted in, waited for, caught after the fact, laid over the loop."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.click import click_sound
from engine.core.commands import LoadDecomposition, Play, SetTempo, Stop, TriggerPad
from engine.core.errors import TaoError
from engine.core.machine import Machine
from engine.core.recording import RecordingSetup
from engine.core.requests import Calibrate, CaptureLast, EndTake, Overdub, SetRecording, StartFreeTake, StartRecording
from engine.core.snapshot import RecordState
from tests.jack_server import private_jack
from tests.rig import Recorder, RunningEngine, running_engine, undisturbed

BEAT = 12000  # frames at 240 BPM


class Loopback:
    """An engine whose outputs are patched to its inputs, and what it has played."""

    def __init__(self, engine: RunningEngine, recorder: Recorder) -> None:
        self.engine, self.client, self.recorder = engine, engine.client, recorder

    @property
    def machine(self) -> Machine:
        return self.client.snapshot().status.machine

    def clear(self, **setup: object) -> None:
        """Stopped, without loop, at 240 BPM, with the noise kit."""
        self.client.ask(Stop())
        assert self.client.wait(lambda s: not s.meters.playing and not s.meters.voices)
        self.engine.load_kit("first")
        kit, pattern = self.machine.kit, self.machine.pattern
        self.client.ask(LoadDecomposition(kit, pattern, None, bpm=240.0))
        self.client.ask(SetRecording(RecordingSetup(**{"count_in_bars": 0, **setup})))

    def heard(self, start: int, frames: int) -> np.ndarray:
        """What was played on these engine frames. Raises Stalled when the computer dropped some of them."""
        assert self.client.wait(lambda _: self.recorder.recorded()[0][-1] >= start + frames, 5.0)
        return self.recorder.heard(start, frames)

    def take(self, ask: object, timeout_s: float = 15.0) -> np.ndarray:
        """Ask, wait until there is one more take that plays, read it."""
        before = set(self.engine.takes.glob("*.wav"))
        loop = self.machine.loop
        self.client.ask(ask)  # type: ignore[arg-type]
        return self.new_take(before, loop, timeout_s)

    def new_take(self, before: set[Path], loop: object, timeout_s: float = 15.0) -> np.ndarray:
        assert self.client.wait(lambda s: s.status.machine.loop not in (None, loop) and not s.status.pending,
                                timeout_s), self.client.snapshot().status
        (path,) = set(self.engine.takes.glob("*.wav")) - before
        audio, rate = soundfile.read(path, dtype="float32")
        assert rate == 48000
        return audio

    def began(self) -> int:
        """The frame on which the loop's newest take began."""
        return int(self.machine.timeline.frames_at(self.machine.phase_ticks))


def calibrate(engine: RunningEngine) -> None:
    """Measure the loopback: again while the machine drops so many blocks that the clicks do not agree."""
    for _ in range(5):
        before = engine.client.snapshot().status.notices
        engine.client.ask(Calibrate())
        assert engine.client.wait(lambda s, before=before: s.status.notices != before), "no answer"
        if "Calibrated" in engine.client.snapshot().status.notices[-1].text:
            return
    raise AssertionError(engine.client.snapshot().status)


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    folder = tmp_path_factory.mktemp("loopback")
    with private_jack(folder / "jackd.log"), \
            running_engine(folder, "jack", frame_port=True, connect=False,
                           calibration_file=str(folder / "calibration.json")) as engine:
        recorder = Recorder()
        try:
            recorder.loop_back()
            calibrate(engine)
            yield Loopback(engine, recorder)
        finally:
            recorder.close()


@undisturbed
def test_a_calibrated_take_is_what_was_played_to_the_frame(loopback: Loopback) -> None:
    loopback.clear()
    loopback.client.ask(Play())
    take = loopback.take(StartRecording(4))
    assert len(take) == 4 * BEAT and np.abs(take).max() > 0.05
    assert np.array_equal(take, loopback.heard(loopback.began(), len(take)))


def test_the_music_must_stop_for_a_calibration(loopback: Loopback) -> None:
    loopback.clear()
    loopback.client.ask(Play())
    with pytest.raises(TaoError, match="Stop the music first"):
        loopback.client.ask(Calibrate())


@undisturbed
def test_a_count_in_clicks_each_beat_of_a_bar_and_is_not_in_the_take(loopback: Loopback) -> None:
    loopback.clear(count_in_bars=1)
    take = loopback.take(StartRecording(4))
    start = int(loopback.machine.timeline.origin_frames)
    assert start == loopback.began() and np.array_equal(take, loopback.heard(start, len(take)))
    bar = loopback.heard(start - 4 * BEAT, 4 * BEAT)[:, 0]
    click = click_sound(48000)
    for beat in range(4):
        assert (np.abs(bar[beat * BEAT :][: len(click)]) > 0.2).any(), f"no click on beat {beat + 1}"
        assert np.abs(bar[beat * BEAT + len(click) : (beat + 1) * BEAT]).max() < 1e-6
    assert np.allclose(bar[BEAT : BEAT + len(click)], click, atol=1e-6) and not np.allclose(bar[: len(click)], click,
                                                                                         atol=0.1)


def test_a_cancelled_count_in_starts_nothing(loopback: Loopback) -> None:
    loopback.clear(count_in_bars=2)
    loopback.client.ask(StartRecording(4))
    assert loopback.client.wait(lambda s: s.status.record_state is RecordState.ARMED)
    loopback.client.cancel_recording()
    time.sleep(2.4)
    snapshot = loopback.client.snapshot()
    assert snapshot.status.record_state is RecordState.OFF and not snapshot.meters.playing


@undisturbed
def test_a_threshold_starts_take_and_transport_with_the_sound(loopback: Loopback) -> None:
    loopback.clear(threshold_db=-30.0)
    before, loop = set(loopback.engine.takes.glob("*.wav")), loopback.machine.loop
    loopback.client.ask(StartRecording(4))
    time.sleep(0.5)
    assert loopback.client.snapshot().status.record_state is RecordState.ARMED
    assert not loopback.client.snapshot().meters.playing
    loopback.client.ask(TriggerPad("kick"))
    take = loopback.new_take(before, loop)
    loud = int(np.argmax(np.abs(take).max(axis=1) > 10 ** (-30 / 20)))
    assert 0 < loud < 150, "the attack lies just behind the take's start"
    assert np.array_equal(take[:BEAT], loopback.heard(loopback.began(), BEAT))


@undisturbed
def test_the_first_free_take_sets_the_tempo(loopback: Loopback) -> None:
    loopback.clear()
    before, loop = set(loopback.engine.takes.glob("*.wav")), loopback.machine.loop
    loopback.client.ask(StartFreeTake())
    assert loopback.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    loopback.client.ask(TriggerPad("snare"))
    time.sleep(1.1)
    loopback.client.ask(EndTake())
    take = loopback.new_take(before, loop)
    machine = loopback.machine
    assert machine.playing and machine.loop is not None and machine.loop.frames == len(take)
    assert machine.loop.beats * 60.0 * 48000 / machine.timeline.bpm == pytest.approx(len(take))
    assert 80.0 <= machine.timeline.bpm <= 160.0
    first = int(machine.timeline.origin_frames)
    assert np.array_equal(take, loopback.heard(first, len(take))), "bar 1 began where the take did"


@undisturbed
def test_a_running_take_ends_early_on_a_bar_line(loopback: Loopback) -> None:
    loopback.clear()
    loopback.client.ask(Play())
    before, loop = set(loopback.engine.takes.glob("*.wav")), loopback.machine.loop
    loopback.client.ask(StartRecording(64))
    assert loopback.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    time.sleep(0.2)
    loopback.client.ask(EndTake())
    take = loopback.new_take(before, loop)
    assert len(take) == 4 * BEAT and np.array_equal(take, loopback.heard(loopback.began(), len(take)))


@undisturbed
def test_the_last_bars_can_be_caught_after_they_were_played(loopback: Loopback) -> None:
    loopback.clear()
    loopback.client.ask(Play())
    assert loopback.client.wait(lambda s: s.meters.position_ticks > 9 * 960)
    take = loopback.take(CaptureLast(8))
    assert len(take) == 8 * BEAT
    start = int(loopback.machine.timeline.origin_frames)
    assert any(np.array_equal(take, loopback.heard(start + bar * 4 * BEAT, len(take))) for bar in range(3))


def test_what_was_never_heard_is_silence_and_said_to_be(tmp_path: Path) -> None:
    with running_engine(tmp_path, "null") as engine:
        engine.client.ask(CaptureLast(256))
        assert engine.client.wait(lambda s: s.status.machine.loop is not None, 10.0)
        machine = engine.client.snapshot().status.machine
        assert machine.loop is not None and machine.loop.frames == 256 * 24000
        assert any("had not been listening" in notice.text for notice in engine.client.snapshot().status.notices)


@undisturbed
def test_a_layer_is_laid_over_the_loop_and_kept_for_itself(loopback: Loopback) -> None:
    loopback.clear()
    loopback.client.ask(Play())
    before, loop = set(loopback.engine.takes.glob("*.wav")), loopback.machine.loop
    loopback.client.ask(StartRecording(8))
    assert loopback.client.wait(lambda s: s.status.record_state is RecordState.RECORDING)
    loopback.client.ask(TriggerPad("kick"))  # so that its two bars differ
    below = loopback.new_take(before, loop)
    assert loopback.client.wait(lambda s: s.status.job is None, 15.0)
    take = loopback.take(Overdub())
    loop = loopback.machine.loop
    assert loop is not None and loop.name.endswith("+") and len(take) == loop.frames == len(below)
    assert not np.allclose(below[: 4 * BEAT], below[4 * BEAT :], atol=1e-3)
    loopback.heard(loopback.began(), loopback.client.snapshot().meters.frames - loopback.began())
    both, _ = soundfile.read(loopback.engine.session / "samples" / f"{loop.sample}.wav", dtype="float32")
    assert np.allclose(both, 2.0 * below, atol=1e-5), "what was laid over the loop is the loop itself, in phase"


def test_a_layer_needs_a_loop_at_its_own_tempo(loopback: Loopback) -> None:
    loopback.clear()
    loopback.client.ask(Play())
    with pytest.raises(TaoError, match="needs a loop"):
        loopback.client.ask(Overdub())
    loopback.take(StartRecording(4))
    loopback.client.ask(SetTempo(200.0))
    with pytest.raises(TaoError, match=r"does not play at its own tempo\. Set 240"):
        loopback.client.ask(Overdub())



