"""What a sample is called: by its content, so the same audio has the same name everywhere."""

import hashlib

import numpy as np

from engine.core.kit import SampleId
from engine.core.loop import Audio


def sample_id(audio: Audio) -> SampleId:
    """Sixteen hex digits of the SHA-256 of float32 stereo audio (frames, 2) at the engine's rate."""
    return hashlib.sha256(np.ascontiguousarray(audio, np.float32).data).hexdigest()[:16]
