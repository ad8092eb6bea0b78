"""From training runs to one weights file: an ensemble of their networks, and the hit classifier that weighs its output.

A classifier fitted on sounds that a network has learned trusts the network too much. So it is fitted on kits that were
kept out of training: those that no run has met, with all networks together, and those that one run left out (`train
transcriber --without`), with that run's network alone.
"""

from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import UsageError
from models.hearing.ensemble import Ensemble, open_ensemble, save_ensemble
from models.hearing.hit_classifier import METADATA_KEY
from models.training.evaluate.loops import read_loops
from models.training.train.courses import network_of, numbered
from models.training.train.fit_classifier import Evidence, evidence_of, fit_classifier, pooled


@dataclass(frozen=True, slots=True)
class AssemblySettings:
    """runs: weights, FILE or FILE:K for network K of several; out: the file to write. loops: folders of loops with
    known answers, of kits that no run trained on; left_out: likewise the number of a run, counted from 0, and loops of
    kits that this run did not train on."""

    runs: tuple[str, ...]
    loops: tuple[Path, ...]
    out: Path
    left_out: tuple[tuple[int, Path], ...] = ()


def assemble(settings: AssemblySettings) -> str:
    """Write the weights file; return its SHA-256. Raises UsageError for a run or a network that is not there, and
    WeightsMissing."""
    nets = [network_of(run) for run in settings.runs]
    for number, folder in settings.left_out:
        if number >= len(nets):
            raise UsageError(f"Runs: {len(nets)}, counted from 0. {str(folder)!r} was given to number {number}.")
        run = numbered(settings.runs[number])[0]
        if not open_ensemble(run)[1].get("without"):
            raise UsageError(f"Run number {number}, {run}, left no kits out, so none of {str(folder)!r} is known to be "
                             "new to it. Train it with --without, or give these loops to another run.")
    parts: list[Evidence] = []
    kits: list[str] = []
    everyone = Ensemble(nets)
    folders = [(everyone, folder) for folder in settings.loops]
    for ensemble, folder in folders + [(Ensemble([nets[number]]), folder) for number, folder in settings.left_out]:
        loops = read_loops(folder)
        parts.append(evidence_of(ensemble, loops))
        kits.extend(loop.kit for loop in loops)
    classifier = fit_classifier(pooled(parts), kits)
    return save_ensemble(settings.out, nets, {METADATA_KEY: classifier.metadata()})
