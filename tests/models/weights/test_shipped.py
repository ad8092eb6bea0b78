"""The weights that ship with Tao are small, intact, and checked without torch."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.core.errors import WeightsMissing
from models.weights import shipped as module
from models.weights.files import load_weights
from models.weights.shipped import SHIPPED, shipped, verify_weights


def test_shipped_weights_are_small_and_have_their_hash() -> None:
    sizes = {one.name: one.path.stat().st_size for one in SHIPPED}
    assert sizes.pop("tao-separator") <= 20_000_000
    assert sum(sizes.values()) <= 12_000_000
    for one in SHIPPED:
        if one.path.suffix == ".safetensors":
            load_weights(one.path, one.sha256)
    assert all(fault is None for _, fault in verify_weights())


def test_a_name_that_does_not_ship_says_what_does() -> None:
    with pytest.raises(WeightsMissing, match=r"No weights named 'nobody'.*tao-separator"):
        shipped("nobody")


def test_a_missing_and_a_damaged_file_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, *_ = SHIPPED
    changed = (one, replace(one, name="lost", file="nowhere.safetensors"), replace(other, name="bent", sha256="0" * 64))
    monkeypatch.setattr(module, "SHIPPED", changed)
    assert list(verify_weights()) == [(one.name, None), ("lost", "missing"), ("bent", "damaged")]


def test_verifying_loads_no_torch() -> None:
    program = ("import sys; from models.weights.shipped import verify_weights; "
               "assert all(fault is None for _, fault in verify_weights()); assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])
