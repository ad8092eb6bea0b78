"""Audio inside the page: FLAC of 16 bits, which every browser plays."""

import base64
import io

import numpy as np
import soundfile

from engine.core.loop import Audio


def player(audio: Audio, sample_rate: int, name: str) -> str:
    """An audio player for audio (frames, channels). What is louder than full scale is turned down, not cut. name:
    already escaped."""
    peak = float(np.abs(audio).max(initial=0.0))
    file = io.BytesIO()
    soundfile.write(file, audio / peak if peak > 1.0 else audio, sample_rate, format="FLAC", subtype="PCM_16")
    data = base64.b64encode(file.getvalue()).decode()
    return (f'<audio controls preload="none" aria-label="{name}" src="data:audio/flac;base64,{data}"></audio>')
