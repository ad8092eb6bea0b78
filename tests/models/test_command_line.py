"""The verbs of `models`, beyond what the tests of the whole command line cover."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
