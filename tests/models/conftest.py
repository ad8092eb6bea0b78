"""Fixtures for the models' tests."""

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """Randomness that repeats."""
    return np.random.default_rng(5)
