"""What is heard is what the journal replays, bit for bit."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.bridge.client import EngineClient
from engine.core.commands import (
    Boundary,
    BypassRack,
    CopyPattern,
    FillBars,
    LatchEffect,
    Panic,
    Play,
    ReleaseEffects,
    SelectPattern,
    SetChain,
    SetEffects,
    SetMute,
    SetMuteStyle,
    SetStep,
    SetTempo,
    SetTrackLength,
    SetTrackResolution,
    ShapeEffect,
    ToggleStep,
    TriggerPad,
)
from engine.core.effects import RANGES, Effect, Effects
from engine.core.machine import MuteStyle
from engine.core.pattern import Step
from engine.core.step import Overrides, When
from engine.sessions.replay import replay
from tests.rig import Recorder, RunningEngine, running_engine

NOW = Boundary.NOW


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "jack", frame_port=True, connect=False) as engine:
        yield engine


def perform(engine: RunningEngine, rounds: int, pause_s: float) -> None:
    """Edits, pads, effects and kit swaps, all over each other."""
    client, rng = engine.client, np.random.default_rng(5)
    for turn in range(rounds):
        track = str(rng.choice(["kick", "snare", "hihat"]))
        client.send(ToggleStep(track, int(rng.integers(16)), float(rng.uniform(0.3, 1.0))))
        if turn % 3 == 0:
            client.send(TriggerPad(track))
        if turn % 7 == 0:
            client.send(SetMute(track, bool(turn % 2)), Boundary.BEAT)
        if turn % 11 == 0:
            client.send(SetEffects(Effects(float(rng.uniform(-6, 6)))))
        if turn % 2 == 0:
            effect = list(Effect)[turn // 2 % len(Effect)]
            client.send(LatchEffect(effect, bool(rng.random() < 0.6)), Boundary.STEP)
            allowed = RANGES[effect]
            client.send(ShapeEffect(effect, float(rng.uniform(allowed.low, allowed.high)),
                                    int(rng.choice(allowed.ticks or [0]))))
        if turn % 13 == 0:
            client.send(SetTempo(float(rng.uniform(90, 170))), Boundary.BAR)
        if turn % 25 == 24:
            engine.load_kit(f"kit {turn}")
        if turn % 9 == 4:
            _deepen(client, track, turn)
        if turn % 37 == 36:
            client.send(Panic())
        time.sleep(pause_s)


def _deepen(client: EngineClient, track: str, turn: int) -> None:
    """Slots, chains, fills, grids, overrides, gating mutes."""
    wishes = [(SelectPattern(turn % 3), Boundary.PATTERN), (FillBars(), Boundary.BAR), (SetTrackLength(track, 13), NOW),
              (SetStep(track, turn % 13, Step(0.9, ratchet=3, when=When.NOT_FILL, overrides=Overrides(-5.0, 0.1, 900.0,
                                                                                                    "snare"))), NOW),
              (SetChain((0, 1)), Boundary.BAR), (SetMuteStyle(MuteStyle.GATES), NOW), (CopyPattern(turn % 4), NOW),
              (SetTrackResolution(track, 6), NOW)]
    client.send(*wishes[turn // 9 % len(wishes)])


def all_at_once(engine: RunningEngine, pause_s: float) -> None:
    """Every effect on together, shaped, and off again, while the tempo changes."""
    client, rng = engine.client, np.random.default_rng(7)
    for turn in range(3):
        for effect in Effect:
            client.send(LatchEffect(effect, True), Boundary.STEP)
            time.sleep(pause_s)
        for effect, allowed in RANGES.items():
            client.send(ShapeEffect(effect, float(rng.uniform(allowed.low, allowed.high)),
                                    int(rng.choice(allowed.ticks or [0]))))
            time.sleep(pause_s)
        client.send(SetTempo(100.0 + 20.0 * turn), Boundary.BEAT)
        client.send(BypassRack(turn == 1), Boundary.BEAT)
        time.sleep(4 * pause_s)
        client.send(LatchEffect(Effect.TAPE, False))
        time.sleep(4 * pause_s)
        client.send(ReleaseEffects())
        time.sleep(4 * pause_s)


def differing_frames(engine: RunningEngine, recorder: Recorder) -> tuple[int, int]:
    """(frames compared, frames that differ) between what was recorded and the replay."""
    numbers, audio = recorder.recorded()
    replayed = replay(engine.session, int(numbers[-1]) + 1)
    return len(numbers), int((replayed[numbers] != audio).any(axis=1).sum())


def test_a_performance_in_freewheel_is_replayed_without_one_differing_frame(engine: RunningEngine) -> None:
    recorder = Recorder()
    try:
        engine.load_kit("first")
        recorder.freewheel(True)
        engine.client.ask(Play())
        enough = engine.client.snapshot().meters.frames + 600_000
        perform(engine, 80, 0.01)
        assert engine.client.wait(lambda snapshot: snapshot.meters.frames > enough, 120.0)
        recorder.freewheel(False)
    finally:
        recorder.close()
    engine.finish()
    compared, differing = differing_frames(engine, recorder)
    _, audio = recorder.recorded()
    assert np.abs(audio).max() > 0.1 and compared > 480_000
    assert differing == 0


def test_a_live_performance_is_replayed_without_one_differing_frame(engine: RunningEngine) -> None:
    recorder = Recorder()
    try:
        engine.load_kit("first")
        engine.client.ask(Play())
        perform(engine, 60, 0.05)
    finally:
        recorder.close()
    engine.finish()
    compared, differing = differing_frames(engine, recorder)
    assert compared > 96_000
    assert differing == 0, f"{differing} of {compared}; xruns seen: {len(recorder.xruns_s)}"


def test_every_effect_played_live_is_replayed_without_one_differing_frame(engine: RunningEngine) -> None:
    recorder = Recorder()
    try:
        engine.load_kit("first")
        engine.client.ask(Play())
        all_at_once(engine, 0.1)
    finally:
        recorder.close()
    engine.finish()
    compared, differing = differing_frames(engine, recorder)
    assert compared > 96_000
    assert differing == 0, f"{differing} of {compared}; xruns seen: {len(recorder.xruns_s)}"
