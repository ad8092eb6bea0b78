"""Golden audio: a bar a feature, as it sounded when somebody listened. Made again, on purpose, by
`python -m tests.dsp.test_golden`; compared here in dBFS."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.commands import Play, SetSwing, apply
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Step
from engine.core.timeline import Ticks
from engine.dsp.offline import render_offline
from tests.sounds import bank
from tests.strategies import SAMPLES

FOLDER = Path(__file__).parents[1] / "golden"
RATE, BPM = 16000, 120.0
TOLERANCE_DBFS = -90.0  # 16 bits, and room for another compiler's last digit


def play(**steps: dict[int, Step]) -> Machine:
    shots = {"kick": OneShot("aa", SAMPLES["aa"], 0.8), "snare": OneShot("bb", SAMPLES["bb"], 0.6, pan=-0.3),
             "hihat": OneShot("cc", SAMPLES["cc"], 0.5, pan=0.3, choke_group=0)}
    machine = replace(empty_machine(RATE, BPM), kit=Kit("golden", shots))
    pattern = machine.pattern
    for name, triggered in steps.items():
        for index, step in triggered.items():
            pattern = pattern.with_track(pattern.track(name).with_step(index, step))
    return apply(Play(), machine.with_pattern(pattern), 0)


FEATURES = {
    "straight": play(kick={0: Step(), 8: Step()}, snare={4: Step(), 12: Step()},
                     hihat={k: Step(0.5) for k in range(16)}),
    "swing": apply(SetSwing(0.66), play(hihat={k: Step(0.7) for k in range(16)}), 0),
    "microtiming": play(kick={0: Step(), 8: Step(1.0, Ticks(40))}, snare={4: Step(1.0, Ticks(-30)), 12: Step()}),
    "ratchet": play(snare={0: Step(ratchet=3), 4: Step(0.6, ratchet=8), 8: Step(), 12: Step(ratchet=2)}),
}


def rendered(feature: str) -> np.ndarray:
    return render_offline(FEATURES[feature], bank(), 2 * RATE)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_bar_sounds_as_it_did(feature: str, tmp_path: Path) -> None:
    golden, _ = soundfile.read(FOLDER / f"{feature}.flac", dtype="float32")
    actual = rendered(feature)
    difference = np.abs(actual - golden).max(axis=1)
    worst = int(difference.argmax())
    peak_db = 20 * np.log10(max(difference[worst], 1e-12))
    if peak_db > TOLERANCE_DBFS:
        soundfile.write(tmp_path / "actual.wav", actual, RATE)
        soundfile.write(tmp_path / "difference.wav", actual - golden, RATE)
        beat = worst / RATE * BPM / 60
        pytest.fail(f"{feature} differs by {peak_db:.1f} dBFS in bar {int(beat // 4) + 1}, beat {beat % 4 + 1:.2f}; "
                    f"see {tmp_path}")


if __name__ == "__main__":
    for name in FEATURES:
        soundfile.write(FOLDER / f"{name}.flac", rendered(name), RATE, subtype="PCM_24")
