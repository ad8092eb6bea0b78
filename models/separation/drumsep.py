"""The separator `drumsep`: the model that the paper used, MDX23C DrumSep by aufr33 and jarredou.

Its network is the package `mdxnet-infer` (MIT), an extra of Tao. Its weights are fetched on demand, because their
authors published no licence: Tao treats them as for non-commercial use only.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.core.errors import WeightsMissing
from models.plugins import Audio, Stems, Transcription
from models.separation.waveforms import WaveformNet, separated, tracks_of_sources
from models.weights.fetching import DRUMSEP, fetched_path
from models.weights.foreign import read_checkpoint

_PACKAGE = "mdxnet_infer"
_KEYS = ("state", "state_dict", "model_state_dict")


class DrumSep:
    """`drumsep`: six stems at 44.1 kHz. Raises WeightsMissing without the package or the fetched weights.

    weights: another checkpoint of the same shape.
    """

    name = "drumsep"

    def __init__(self, weights: str = "") -> None:
        if not _installed():
            raise WeightsMissing("The separator drumsep needs the package mdxnet-infer. Run `pip install "
                                 "'tao-live[drumsep]'`, then `tao_live.py models get drumsep`.")
        package = import_module(_PACKAGE)
        config = package.MDX23CConfig.drumsep_6stem()
        state = state_of(Path(weights) if weights else fetched_path(DRUMSEP))
        self._net = opened(package.TFC_TDF_net, config, state)

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Six stems of audio (channels, frames), adding up to it."""
        return separated(self._net, audio, sample_rate, transcription)


def _installed() -> bool:
    try:
        return find_spec(_PACKAGE) is not None
    except ValueError:                                  # already imported, without a spec
        return False


def opened(network: Any, config: Any, state: Mapping[str, Tensor]) -> WaveformNet:
    """A network of a class and configuration like mdxnet_infer's, with the weights `state`. Raises WeightsMissing when
    they do not fit."""
    net: nn.Module = network(config, torch.device("cpu")).eval()
    try:
        net.load_state_dict(dict(state))
    except RuntimeError as error:
        raise WeightsMissing("The weights of drumsep do not fit its network: "
                             f"{str(error).splitlines()[0]} Fetch them again.") from error
    chunk_frames = config.audio.hop_length * (config.inference.dim_t - 1)
    return WaveformNet(net, tracks_of_sources(config.training.instruments, "drumsep"), config.audio.sample_rate,
                       chunk_frames)


def state_of(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint, at its top level or under a trainer's usual keys. Raises WeightsMissing."""
    found = read_checkpoint(path, "fetch it again with `tao_live.py models get drumsep`.")
    for key in _KEYS:
        found = found.get(key, found) if isinstance(found, dict) else {}
    return {name: value for name, value in found.items() if isinstance(value, Tensor)}
