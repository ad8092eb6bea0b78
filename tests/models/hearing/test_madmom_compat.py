import subprocess
import sys

import pytest

from engine.core.errors import TaoError
from models.hearing.madmom_compat import madmom_module

PROGRAM = """
import sys
from importlib.metadata import PackageNotFoundError, distribution
from models.hearing.madmom_compat import madmom_module
before = list(sys.meta_path)
module = madmom_module("audio.spectrogram")
assert module.__name__ == "madmom.audio.spectrogram"
assert sys.meta_path == before
assert sys.modules["madmom"].__version__
try:
    distribution("madmom")
except PackageNotFoundError:
    print("cured and healed")
"""


def test_madmom_is_imported_under_its_prebuilt_name_and_nothing_is_left_changed():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "cured and healed", done.stderr


def test_a_module_that_madmom_lacks_is_named():
    before = list(sys.meta_path)
    with pytest.raises(TaoError, match="no_such_thing"):
        madmom_module("no_such_thing")
    assert sys.meta_path == before
