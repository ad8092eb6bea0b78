"""r: how likely each of five drums is hit at each column. Tao's own transcriber hears them; the paper uses that of
Zehren, Alunno & Bientinesi (2023)."""

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.hearing.tao import Tao
from models.papers.rhythm.conditions import DRUMS
from models.papers.rhythm.encoder import RATE, STRIDE
from models.plugins import Audio

_OF_DRUM = {name: DRUMS.index(name if name in DRUMS else "cymbal") for name in TRACK_NAMES}


class Listener:
    """Hears r in loops."""

    def __init__(self) -> None:
        self._ensemble = Tao().ensemble

    def hear(self, mono: Audio) -> np.ndarray:
        """r (drums, columns) float32 of a loop (frames,) at 44.1 kHz; as many whole columns as it has."""
        found = self._ensemble.activations(mono, RATE, circular=True)
        columns = len(mono) // STRIDE
        centres = found.first + (np.arange(columns) + 0.5) * STRIDE / RATE * STFT_FRAMES_PER_S
        r = np.zeros((len(DRUMS), columns), np.float32)
        for number, name in enumerate(TRACK_NAMES):
            own = np.interp(centres, np.arange(len(found.onsets)), found.onsets[:, number])
            r[_OF_DRUM[name]] = np.maximum(r[_OF_DRUM[name]], own)
        return r
