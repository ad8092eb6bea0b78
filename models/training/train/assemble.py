"""From training runs to one weights file: an ensemble of their networks, and the hit classifier that weighs its output.

A classifier fitted on sounds that a network has learned trusts the network too much. So it is fitted on kits that were
kept out of training: the split `val`, with all networks together, and the kits that a run left out (`train transcriber
--without`), with that run's network alone.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from models.hearing.ensemble import Ensemble, open_ensemble, save_ensemble
from models.hearing.hit_classifier import METADATA_KEY
from models.training.evaluate.loops import KnownLoop, made_loops, read_loops
from models.training.synthesis.bank import Bank, Fold, Sounds, joined, read_packs
from models.training.synthesis.examples import Synthesis, SynthesisSettings
from models.training.synthesis.patterns import Grooves, read_grooves
from models.training.train.fit_classifier import Evidence, evidence_of, fit_classifier, pooled

_MADE_SEED = 5


@dataclass(frozen=True, slots=True)
class AssemblySettings:
    """runs: weights.safetensors of each run; loops: a folder of loops with known answers, of kits that no run trained
    on, to fit the classifier on; data: the one-shots and patterns of the runs; batches: of 16 synthetic loops each."""

    runs: tuple[Path, ...]
    loops: Path
    data: tuple[Path, ...]
    out: Path
    batches: int = 24


def assemble(settings: AssemblySettings) -> str:
    """Write the weights file; return its SHA-256."""
    opened = [open_ensemble(run) for run in settings.runs]
    nets = [net for ensemble, _ in opened for net in ensemble.networks]
    grooves = read_grooves(settings.data, "val")
    parts: list[Evidence] = []
    kits: list[str] = []

    def collect(ensemble: Ensemble, loops: list[KnownLoop]) -> None:
        parts.append(evidence_of(ensemble, loops))
        kits.extend(loop.kit for loop in loops)

    everyone = Ensemble(nets)
    collect(everyone, read_loops(settings.loops))
    collect(everyone, _made(joined(*read_packs(settings.data, "val")), grooves, "val", settings.batches))
    for run, (ensemble, metadata) in zip(settings.runs, opened, strict=True):
        if metadata.get("without"):
            _, kept_out = Fold.named(metadata["without"]).split(*read_packs(settings.data, "train"))
            collect(ensemble, _made(kept_out, grooves, str(run), settings.batches))
    classifier = fit_classifier(pooled(parts), kits)
    return save_ensemble(settings.out, nets, {METADATA_KEY: classifier.metadata()})


def _made(sounds: Sounds, grooves: Grooves, kit: str, batches: int) -> list[KnownLoop]:
    synthesis = Synthesis(Bank(sounds), grooves, SynthesisSettings(), _MADE_SEED, torch.device("cpu"))
    return made_loops(synthesis, batches, kit)
