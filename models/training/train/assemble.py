"""From training runs to one weights file: average the nets' opinions, and fit the judge that weighs them.

A judge fitted on sounds that a net has learnt believes the net too much. So it is fitted on kits that were kept
from learning: the split `val`, heard by all nets together, and what each run was told to leave out
(`train transcriber --without`), heard by that run's net alone.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from models.hearing.ensemble import Ears, open_ears, save_ears
from models.training.evaluate.loops import KnownLoop, made_loops, read_loops
from models.training.synthesis.bank import Bank, Fold, Sounds, read_sounds
from models.training.synthesis.examples import Synthesis, SynthesisSettings
from models.training.synthesis.patterns import Grooves, read_grooves
from models.training.train.calibrate import Evidence, evidence_of, fit_judge, pooled

_MADE_SEED = 5


@dataclass(frozen=True, slots=True)
class AssemblySettings:
    """runs: weights.safetensors of each run; loops: a folder of loops with truth to judge by, of kits that no
    run learnt from; data: one-shots and patterns that the runs learnt from; batches: of 16 made loops each."""

    runs: tuple[Path, ...]
    loops: Path
    data: Path
    out: Path
    batches: int = 24


def assemble(settings: AssemblySettings) -> str:
    """Write the weights file; return its SHA-256."""
    opened = [open_ears(run) for run in settings.runs]
    nets = [net for ears, _ in opened for net in ears.networks]
    grooves = read_grooves(settings.data, "val")
    parts: list[Evidence] = []
    kits: list[str] = []

    def hear(ears: Ears, loops: list[KnownLoop]) -> None:
        parts.append(evidence_of(ears, loops))
        kits.extend(loop.kit for loop in loops)

    everyone = Ears(nets)
    hear(everyone, read_loops(settings.loops))
    hear(everyone, _made(read_sounds(settings.data, "val"), grooves, "val", settings.batches))
    for run, (ears, told) in zip(settings.runs, opened, strict=True):
        if told.get("without"):
            _, kept_out = Fold.named(told["without"]).split(read_sounds(settings.data, "train"))
            hear(ears, _made(kept_out, grooves, str(run), settings.batches))
    judge = fit_judge(pooled(parts), kits)
    return save_ears(settings.out, nets, {"judge": judge.telling()})


def _made(sounds: Sounds, grooves: Grooves, kit: str, batches: int) -> list[KnownLoop]:
    synthesis = Synthesis(Bank(sounds), grooves, SynthesisSettings(), _MADE_SEED, torch.device("cpu"))
    return made_loops(synthesis, batches, kit)
