"""From training runs to one weights file: average the nets' opinions, and fit the judge that weighs them."""

from dataclasses import dataclass
from pathlib import Path

import torch

from models.listening import Ears, open_ears, save_ears
from models.training.bank import Bank, read_sounds
from models.training.calibrate import evidence_of, fit_judge
from models.training.loops import made_loops, read_loops
from models.training.patterns import read_grooves
from models.training.synthesis import Synthesis, SynthesisSettings

_MADE_BATCHES, _MADE_SEED = 24, 5


@dataclass(frozen=True, slots=True)
class AssemblySettings:
    """runs: weights.safetensors of each run; loops: a folder of loops with truth to judge by, of kits that no
    run learnt from; data: one-shots and patterns, whose split `val` gives more of them."""

    runs: tuple[Path, ...]
    loops: Path
    data: Path
    out: Path


def assemble(settings: AssemblySettings) -> str:
    """Write the weights file; return its SHA-256."""
    nets = [net for run in settings.runs for net in open_ears(run)[0].networks]
    ears = Ears(nets)
    synthesis = Synthesis(Bank(read_sounds(settings.data, "val")), read_grooves(settings.data, "val"),
                          SynthesisSettings(), _MADE_SEED, torch.device("cpu"))
    loops = [*read_loops(settings.loops), *made_loops(synthesis, _MADE_BATCHES)]
    judge = fit_judge(evidence_of(ears, loops), [loop.kit for loop in loops])
    return save_ears(settings.out, nets, {"judge": judge.telling()})
