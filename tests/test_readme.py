"""The README's examples work: each command is run as it is printed, in a home of its own."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.core.commands import Play, SetTempo
from engine.core.requests import StartRecording
from engine.library.audio_files import write_wav
from models.demo import demo_loop
from tests.rig import running_engine

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/plugins.md")]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PROGRAM = 'tao=".venv/bin/python tao_live.py"'
# what opens a screen, needs the network or takes an hour is asked for its help; the rest is run as it stands
HELP_ONLY = ("attach", "resume", "models get", "evaluate", "train", "sets open", "save", "serve")
MAY_END_WITH = {"doctor": (0, 1), "calibrate": (0, 3)}  # this machine may be unfit, and may have no loopback


def lines_of(document: Path) -> list[str]:
    """The commands in a document's sh blocks, one each, without comments."""
    lines = "\n".join(BLOCK.findall(document.read_text(encoding="utf-8"))).splitlines()
    bare = [line.split("  #")[0].strip() for line in lines]
    return [part.strip() for line in bare if line and not line.startswith("#") for part in line.split(";")]


def arguments_of(command: str) -> list[str]:
    """What is really run for a `$tao` command."""
    words = shlex.split(command.removeprefix("$tao "))
    for verb in HELP_ONLY:
        if words[: len(verb.split())] == verb.split():
            return [*verb.split(), "-h"] if verb != "train" else ["train", words[1], "-h"]
    return words


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with what the examples speak of: loop.wav, take.wav, a session."""
    demo = demo_loop(44100)
    write_wav(tmp_path / "loop.wav", demo.audio, demo.sample_rate)
    (tmp_path / "samples").mkdir()
    write_wav(tmp_path / "samples" / "loop.wav", demo.audio, demo.sample_rate)
    free = np.concatenate([np.zeros((30000, demo.audio.shape[1]), np.float32), demo.audio, demo.audio[:40000]])
    write_wav(tmp_path / "take.wav", free, demo.sample_rate)
    with running_engine(tmp_path / ".local" / "state" / "tao", "null") as engine:
        engine.load_kit("first")
        engine.client.ask(SetTempo(240.0))
        engine.client.ask(Play())
        engine.client.ask(StartRecording(4))
        assert engine.client.wait(lambda s: s.status.machine.loop is not None, 20.0)
        engine.finish()
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_example_of_the_readme_runs(home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PYTHONPATH": str(ROOT)}
    (session,) = (home / ".local" / "state" / "tao" / "sessions").iterdir()
    commands = [command for command in lines_of(ROOT / "README.md") if command.startswith("$tao ")]
    assert len(commands) >= 15
    for command in commands:
        words = [str(session) if word == "SESSION" else word for word in arguments_of(command)]
        done = subprocess.run([sys.executable, str(ROOT / "tao_live.py"), *words], cwd=home, env=environment,
                              capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode in MAY_END_WITH.get(words[0], (0,)), f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, f"{command}\n{done.stderr}"
    assert {"kit", "out", "again.wav", "show.wav"} <= {path.name for path in home.iterdir()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_other_example_is_one_that_is_known(document: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in lines_of(document):
        words = shlex.split(command)
        match words[0]:
            case "make":
                assert words[1] in targets, command
            case "$tao":
                assert document.name == "README.md", f"{command} is not run by a test"
            case ".venv/bin/pip":
                assert (ROOT / words[-1] / "pyproject.toml").is_file(), command
            case ".venv/bin/python":
                assert (ROOT / words[1]).is_file(), command
            case _:
                assert command == PROGRAM, f"{command} is not run by a test"
