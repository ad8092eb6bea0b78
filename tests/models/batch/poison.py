"""A transcriber for tests that goes wrong with loops of certain lengths, and hears all others like `onset-strength`."""

import os
import time
from pathlib import Path

from models.hearing.onset_strength import OnsetStrength
from models.plugins import Audio, Transcription

FINE_S, EXITS_S, SLEEPS_S, RAISES_S, LATE_S = 2.0, 1.0, 1.5, 2.5, 3.0
QUICK = {"separator": "template-masks", "extractor": "least-disturbed"}


class Poison(OnsetStrength):
    """Ends its process, hangs, raises, or takes its time, as the length of the loop says."""

    name = "poison"

    def transcribe(self, audio: Audio, sample_rate: int, beats: int | None = None,
                   circular: bool = True) -> Transcription:
        length_s = round(audio.shape[1] / sample_rate, 2)
        if length_s == EXITS_S:
            os._exit(3)
        if length_s == SLEEPS_S:
            time.sleep(3600.0)
        if length_s == RAISES_S:
            raise ZeroDivisionError("poisoned")
        if length_s == LATE_S:
            time.sleep(0.5)
        return super().transcribe(audio, sample_rate, beats, circular)


def install(folder: Path) -> None:
    """Make it a plugin for every program with `folder` on its path."""
    info = folder / "tao_poison-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tao-poison\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tao.transcribers]\npoison = tests.models.batch.poison:Poison\n")
