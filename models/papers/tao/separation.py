"""The separator `paper`: DrumSep, with hi-hat, ride and crash summed to one cymbal stem (Yi & Barthet, NIME 2025,
section 3.2.1).
"""

import numpy as np
import torch
import torchaudio

from models import plugins
from models.plugins import Audio, Stems, Transcription

RATE = 44100
CYMBALS = ("hihat", "ride", "crash")
_TRACK = "hihat"  # of the three tracks, the one that stands for all cymbals


class PaperSeparator:
    """`paper`: four stems, kick, snare, tom and hi-hat, the latter with all cymbals; they add up as DrumSep's do.

    separator: another separator whose stems are summed, such as `paper:tao`; `drumsep` needs fetched weights. Raises
    what that separator raises when it is opened.
    """

    name = "paper"

    def __init__(self, separator: str = "drumsep") -> None:
        self._separator = plugins.separator(separator)

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """The stems of audio (channels, frames). Other rates are converted to 44.1 kHz by torchaudio, and back."""
        stems = self._separator.separate(_converted(audio, sample_rate, RATE), RATE, transcription)
        stems = with_cymbals_summed(stems)
        return {name: _fitted(_converted(stem, RATE, sample_rate), audio.shape[1]) for name, stem in stems.items()}


def with_cymbals_summed(stems: Stems) -> Stems:
    """The stems with hi-hat, ride and crash as one, under the name of the hi-hat."""
    cymbals = [stems[name] for name in CYMBALS if name in stems]
    rest = {name: stem for name, stem in stems.items() if name not in CYMBALS}
    return rest | ({_TRACK: np.stack(cymbals).sum(axis=0)} if cymbals else {})


def _converted(audio: Audio, from_rate: int, to_rate: int) -> Audio:
    if from_rate == to_rate:
        return audio
    convert = torchaudio.transforms.Resample(from_rate, to_rate)
    return np.asarray(convert(torch.from_numpy(np.ascontiguousarray(audio, np.float32))).numpy())


def _fitted(audio: Audio, frames: int) -> Audio:
    return audio[:, :frames] if audio.shape[1] >= frames else np.pad(audio, ((0, 0), (0, frames - audio.shape[1])))
