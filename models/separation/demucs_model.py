"""The separator `demucs:CHECKPOINT`: any Demucs model that was trained to separate drums."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from demucs.demucs import Demucs
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs
from demucs.states import load_model

from engine.core.errors import UsageError, WeightsMissing
from models.plugins import Audio, Stems, Transcription
from models.separation.waveforms import WaveformNet, separated, tracks_of_sources
from models.weights.foreign import read_checkpoint

_KLASSES = (Demucs, HDemucs, HTDemucs, Fraction)
_LONGEST_S = 8.0
_REMEDY = "choose demucs:FILE.th as the separator, a file that demucs.states wrote."


class DemucsSeparator:
    """`demucs:CHECKPOINT`: a .th file as `demucs` writes it, with sources named after drums.

    Raises UsageError without a file or for sources that are not drums, WeightsMissing when the file cannot be used.
    Nothing in the file is run: only numbers and the names of Demucs's own classes are read.
    """

    name = "demucs"

    def __init__(self, checkpoint: str = "") -> None:
        if not checkpoint:
            raise UsageError("Name the Demucs checkpoint to use: demucs:FILE.th as the separator.")
        model = _model(Path(checkpoint))
        sources = tracks_of_sources(model.sources, checkpoint)
        frames = round(min(float(model.segment), _LONGEST_S) * model.samplerate)
        self._net = WaveformNet(_levelled(model), sources, model.samplerate, frames)

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Six stems of audio (channels, frames), adding up to it."""
        return separated(self._net, audio, sample_rate, transcription)


def _package(path: Path) -> dict[str, Any]:
    """The contents of the file, read without running any of it."""
    package = read_checkpoint(path, _REMEDY, _KLASSES)
    if not isinstance(package, dict) or not {"klass", "args", "kwargs", "state"} <= package.keys():
        raise WeightsMissing(f"{path} is not a Demucs checkpoint: it lacks klass, args, kwargs or state.")
    if package["state"].get("__quantized"):
        raise WeightsMissing(f"{path} is quantized, which needs the package diffq. Use a checkpoint that is "
                             "not quantized.")
    if package["klass"] not in _KLASSES[:3]:
        raise WeightsMissing(f"{path} is not a Demucs model: its class is {package['klass']!r}.")
    return package


def _model(path: Path) -> Any:
    """The network of a file, ready for inference."""
    try:
        return load_model(_package(path)).eval()
    except (RuntimeError, TypeError) as error:
        raise WeightsMissing(f"The weights in {path} do not fit the model it names: "
                             f"{str(error).splitlines()[0]}") from error


def _levelled(model: torch.nn.Module) -> Any:
    """The model with its input scaled to the level it was trained at, as demucs.separate does, and its output scaled
    back."""
    def run(audio: torch.Tensor) -> torch.Tensor:
        level = audio.mean(dim=1, keepdim=True).std() + 1e-8
        return model(audio / level) * level

    return run
