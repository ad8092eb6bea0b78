"""Tao records itself: master, kit and track are what was played, and play on as if nothing had happened."""

import json
import time
from collections.abc import Iterator

import numpy as np
import pytest

from engine.core.commands import Play, SetEffects, Stop
from engine.core.effects import Effects, Latch
from engine.core.errors import TaoError
from engine.core.machine import Listen, Machine
from engine.core.requests import Hold, Resample
from engine.core.timeline import Timeline
from engine.dsp.layout import TAP_KIT
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from engine.library.kits.lineage import made_from
from engine.sessions.replay import replay
from tests.jack_server import private_jack
from tests.peer_worker import noise_kit
from tests.rig import Recorder, running_engine, undisturbed
from tests.takes.test_takes import BEAT, Loopback


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """An engine without inputs."""
    folder = tmp_path_factory.mktemp("stage")
    with private_jack(folder / "jackd.log"), running_engine(folder, "jack", frame_port=True, connect=False) as engine:
        recorder = Recorder()
        try:
            yield Loopback(engine, recorder)
        finally:
            recorder.close()


def noise_machine() -> tuple[Machine, dict[str, np.ndarray]]:
    kit, pattern, samples = noise_kit("first", 48000)
    return Machine(Timeline(140.0, 48000), pattern, kit, playing=True), samples


def tapped(tap: int, frames: int, block: int) -> tuple[np.ndarray, np.ndarray]:
    """(mix, tap) of the noise kit."""
    machine, samples = noise_machine()
    processor = Processor(48000, block)
    processor.memory["state"]["tapped"] = tap
    processor.push([processor.score(1, 0, machine, samples)])
    mixes, taps = [], []
    for start in range(0, frames, block):
        mixes.append(processor.process(np.zeros((block, 2), np.float32), start).copy())
        taps.append(processor.memory["tap"][:block].copy())
    return np.concatenate(mixes), np.concatenate(taps)


def test_to_be_tapped_changes_nothing_of_the_sound() -> None:
    machine, samples = noise_machine()
    untouched = render_offline(machine, samples, 96_000)
    for tap in (TAP_KIT, 2):
        mix, _ = tapped(tap, 96_000, 128)
        assert np.array_equal(mix.astype(np.float32), untouched)


def test_the_taps_of_all_tracks_sum_to_the_kit_and_the_kit_to_the_mix() -> None:
    mix, kit = tapped(TAP_KIT, 96_000, 128)
    tracks = sum(tapped(track + 1, 96_000, 64)[1].astype(np.float64) for track in range(3))
    assert np.abs(mix).max() > 0.1 and np.allclose(kit, mix, atol=1e-6) and np.allclose(tracks, mix, atol=1e-6)


@undisturbed
def test_the_master_is_recorded_to_the_frame_after_the_effects(stage: Loopback) -> None:
    stage.clear()
    stage.client.ask(SetEffects(Effects(gain_db=-6.0, reverb=Latch(on=True, amount=0.5))))
    stage.client.ask(Play())
    take = stage.take(Resample("master", 8))
    heard = stage.heard(stage.began(), len(take))
    assert len(take) == 8 * BEAT and np.abs(take).max() > 0.02 and np.array_equal(take, heard)
    assert not stage.machine.effects.on and stage.machine.effects.gain_db == 0.0, "what is in the take comes once"
    assert stage.machine.effects.reverb.amount == 0.5, "the hand finds its effects as it left them"
    stage.client.ask(Stop())
    time.sleep(1.2)
    replayed = replay(stage.engine.session, stage.began() + len(take))
    assert np.array_equal(take, replayed[stage.began() :])


def test_a_take_of_tao_itself_knows_what_it_was_made_from(stage: Loopback) -> None:
    stage.clear()
    stage.client.ask(Play())
    before = set(stage.engine.takes.glob("*.wav"))
    stage.take(Resample("kit", 4))
    (path,) = set(stage.engine.takes.glob("*.wav")) - before
    assert made_from(path) == ("first",) and json.loads(path.with_suffix(".json").read_text())["source"] == "kit"


@pytest.mark.parametrize("source", ["kit", "snare"])
@undisturbed
def test_kit_and_track_are_recorded_before_the_effects_whatever_is_heard(stage: Loopback, source: str) -> None:
    stage.clear()
    stage.client.ask(SetEffects(Effects(gain_db=-20.0)))
    stage.client.ask(Play())
    machine = stage.machine
    take = stage.take(Resample(source, 4))
    bank = noise_kit("first", 48000)[2]
    solos = frozenset() if source == "kit" else frozenset({source})
    start = stage.began()
    timeline = stage.machine.timeline
    alone = Machine(timeline, machine.pattern, machine.kit, playing=True, solos=solos, phase_ticks=machine.phase_ticks)
    expected = render_offline(alone, bank, start + len(take))[start:]
    stage.heard(start, len(take))
    assert np.abs(take).max() > 0.05 and np.abs(take[:BEAT] - expected[:BEAT]).max() < 1e-6
    stage.client.ask(SetEffects(Effects()))


@undisturbed
def test_hold_loops_what_was_just_played_while_something_else_loads(stage: Loopback) -> None:
    stage.clear()
    stage.client.ask(Play())
    assert stage.client.wait(lambda s: s.meters.position_ticks > 5 * 960)
    take = stage.take(Hold(4))
    assert stage.client.snapshot().status.job is None and stage.machine.listen is Listen.ORIGINAL
    begins = int(stage.machine.timeline.origin_frames)
    assert any(np.array_equal(take, stage.heard(begins + bar * 4 * BEAT, len(take))) for bar in range(3))
    stage.engine.load_kit("second")
    assert stage.client.wait(lambda s: s.status.machine.loop is None, 5.0)


def test_what_cannot_be_recorded_is_named(stage: Loopback) -> None:
    with pytest.raises(TaoError, match="Choose master, kit, kick"):
        stage.client.ask(Resample("tuba", 4))
    stage.client.ask(Stop())
    with pytest.raises(TaoError, match="Nothing is playing"):
        stage.client.ask(Hold(4))
