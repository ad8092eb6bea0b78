"""Fit the second look on loops with known answers: decompose each up to the judge, note what the judge sees, and fit.

The loops must be of kits that neither the transcriber nor its classifier was trained on: what a network has learned by
heart it is too sure of, and the judge would learn to trust it.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.errors import NoOnsets, TaoError, UsageError
from engine.library.audio_files import read_loop
from engine.library.files import replacing
from models import plugins
from models.decompose import stereo
from models.hearing.velocities import velocities_from
from models.naming.evidence import Evidence, evidence_of
from models.plugins import JudgedExtractor, SolvedHits
from models.training.evaluate.loops import read_item
from models.training.train.fit_naming import JudgedLoop, fit_naming

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """loops: folders of loops with known answers; out: the JSON file to write; the plugins that make the evidence.
    transcribers: one for all loops, or one for each of the folders, which has met none of its kits."""

    loops: tuple[Path, ...]
    out: Path
    transcribers: tuple[str, ...] = ("tao",)
    separator: str = "tao"
    extractor: str = "solve"


class _Seen(Exception):
    """The judge has seen enough: the kit need not be finished."""


def fit_judge(settings: JudgeSettings, report: Report = lambda line: None) -> str:
    """Write the weights, and return them. Raises TaoError without loops, UsageError for an
    unknown plugin."""
    names = settings.transcribers
    if len(names) not in (1, len(settings.loops)):
        raise UsageError(f"--transcriber was given {len(names)} times for {len(settings.loops)} folders of --loops. "
                         "Give it once, or once for each.")
    opened = {name: plugins.transcriber(name) for name in names}
    by_folder = [opened[name] for name in (names if len(names) > 1 else names * len(settings.loops))]
    truths = [(path, transcriber) for folder, transcriber in zip(settings.loops, by_folder, strict=True)
              for path in sorted(folder.rglob("truth.json"))]
    if not truths:
        raise TaoError("There is no truth.json under the folders of --loops. A loop is a folder with truth.json beside "
                       "its audio.")
    others = plugins.separator(settings.separator), plugins.extractor(settings.extractor)
    found = []
    for number, (path, transcriber) in enumerate(truths, 1):
        known = read_item(path)
        evidence = evidence_in(path.parent / "loop.wav", transcriber, *others)
        if evidence is not None:
            found.append(JudgedLoop(evidence, tuple(np.sort(onsets[:, 0]) for onsets in known.onsets), known.kit))
        report(f"{number} of {len(truths)} loops")
    if not found:
        raise TaoError("No hit was heard in any of the loops under --loops. Name loops with drums in them.")
    weights = fit_naming(found).to_json()
    with replacing(settings.out) as part:
        part.write_text(weights)
    return weights


def evidence_in(loop_file: Path, transcriber: plugins.Transcriber, separator: plugins.Separator,
                extractor: plugins.Extractor) -> Evidence | None:
    """What the judge of a loop is told; None where no hit is found. Raises TaoError for plugins that have no use for a
    judge."""
    loop = read_loop(loop_file)
    audio = stereo(loop.audio.T, loop.sample_rate, loop.sample_rate)
    try:
        heard = transcriber.transcribe(audio, loop.sample_rate, loop.beats)
    except NoOnsets:
        return None
    curves = heard.curves
    if curves is None or not isinstance(extractor, JudgedExtractor):
        raise TaoError("A judge needs a transcriber that tells its curves, such as tao, and an extractor that asks it, "
                       "such as solve.")
    heard = velocities_from(separator.separate(audio, loop.sample_rate, heard), heard, loop.sample_rate)
    seen: list[SolvedHits] = []

    def look(hits: SolvedHits) -> np.ndarray:
        seen.append(hits)
        raise _Seen

    with contextlib.suppress(_Seen):
        extractor.extract_judged(audio, loop.sample_rate, heard, look)
    return evidence_of(seen[0], heard, curves)
