"""The verbs of `models`, beyond what the tests of the whole command line cover."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from engine.core.errors import InvalidValue
from engine.library.audio_files import write_wav
from models.command_line import correct, decompose
from tests.models.loops import RATE, audio_of, pattern_of

PROGRAM = """
import os, sys
from engine.core.errors import UsageError
from models.command_line import decompose
assert "torch" not in sys.modules
try:
    decompose.main(["no.wav", "-o", "nowhere", "--transcriber", "nobody"], standalone_mode=False)
except UsageError:
    print(os.environ["OMP_WAIT_POLICY"])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("given", "policy"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")])
def test_decomposing_lets_idle_threads_sleep_unless_the_user_decided(given: dict[str, str], policy: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"} | given
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment,
                          cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == policy, done.stderr


QUICK = ("--transcriber", "onset-strength", "--separator", "template-masks", "--extractor", "least-disturbed")
BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


def document(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "kit.json").read_text())
    return found


@pytest.mark.slow
def test_a_file_with_a_tail_is_cut_and_another_reading_is_chosen_afterwards(tmp_path: Path,
                                                                           capsys: pytest.CaptureFixture[str]) -> None:
    loop = np.concatenate([np.tile(audio_of(BEAT, 110.0), (2, 1)), np.zeros((RATE, 2), np.float32)])
    write_wav(tmp_path / "loop.wav", loop, RATE)
    kit = tmp_path / "kit"
    decompose.main([str(tmp_path / "loop.wav"), "-o", str(kit), *QUICK], standalone_mode=False)
    found = document(kit)
    assert (found["beats"], found["meter"], found["recording"]) == (8, [4, 4], "recording.wav")
    assert found["tempo_bpm"] == pytest.approx(110.0, rel=0.005)
    assert len(found["readings"]) == 3 and found["readings"][0]["beats"] == 8
    correct.main([str(kit), "--beats", "6", "--meter", "3/4"], standalone_mode=False)
    found = document(kit)
    assert (found["beats"], found["meter"], found["readings"][0]["beats"]) == (6, [3, 4], 6)
    assert "6 beats in 3/4" in capsys.readouterr().err
    with pytest.raises(InvalidValue, match="cannot be read as 90 beats, 60 BPM"):
        correct.main([str(kit), "--beats", "90", "--bpm", "60"], standalone_mode=False)


@pytest.mark.parametrize("wrong", [("--beats", "3.25"), ("--beats", "0"), ("--beats", "nan"), ("--beats", "1e9"),
                                   ("--meter", "3/5"), ("--meter", "x"), ("--bpm", "10")])
def test_an_option_that_cannot_be_is_refused_in_words(tmp_path: Path, wrong: tuple[str, str]) -> None:
    with pytest.raises(click.UsageError):
        decompose.main(["loop.wav", "-o", str(tmp_path / "kit"), *wrong], standalone_mode=False)
