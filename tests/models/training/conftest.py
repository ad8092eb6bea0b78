"""A small collection of drums on disk, computed, so that no test needs data from elsewhere."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from models.training.synthesis.bank import DRUMS, RATE, Bank, Sounds
from models.training.synthesis.electronic import computed_sounds
from models.training.synthesis.examples import Synthesis, SynthesisSettings
from models.training.synthesis.patterns import Grooves


@pytest.fixture(scope="session")
def sounds() -> Sounds:
    """Two kits of computed drums."""
    return computed_sounds(seed=3, each=8)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory, sounds: Sounds) -> Path:
    """A user's folder: one folder a kit, files named after drums."""
    folder = tmp_path_factory.mktemp("samples")
    for number, shot in enumerate(sounds.shots):
        (folder / shot.kit).mkdir(exist_ok=True)
        audio = sounds.audio[shot.start : shot.start + shot.frames]
        soundfile.write(folder / shot.kit / f"{DRUMS[shot.drum]}_{number}.wav", audio, RATE, subtype="FLOAT")
    return folder


@pytest.fixture(scope="session")
def synthesis(sounds: Sounds) -> Synthesis:
    """Small batches of short crops."""
    return Synthesis(Bank(sounds), Grooves(), SynthesisSettings(rows=4, crop_s=1.5, longest_s=3.0), 11,
                     torch.device("cpu"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Randomness that repeats."""
    return np.random.default_rng(5)
