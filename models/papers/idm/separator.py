"""The separator `idm`: what the machine plays decides, by alpha-Wiener masks, what belongs to whom."""

import numpy as np

from models.papers.idm.listening import Listener
from models.papers.idm.machine import perform
from models.papers.idm.masking import masked
from models.plugins import Audio, Stems, Transcription


class IdmSeparator:
    """`idm`: stems that add up to the loop. The onsets are those it is given, so anyone's can be used.

    weights: a weights.safetensors of `train idm`; empty for the shipped ones.
    """

    name = "idm"

    def __init__(self, weights: str = "") -> None:
        self._listener = Listener(weights)

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Stems of audio (channels, frames) by track name. Raises UsageError for a track the network does not know."""
        audio = np.asarray(audio, np.float32)
        played = perform(self._listener, audio, sample_rate, transcription)
        return dict(zip(played.tracks, masked(audio, played.stems), strict=True))
