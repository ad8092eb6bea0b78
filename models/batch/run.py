"""Start here: a batch from its arguments to its summary."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from engine.core.errors import TaoError
from engine.core.methods import check_installed
from engine.library.kits.kit_folder import read_folder
from engine.library.outputs import check_folder, check_inputs_stay
from engine.library.report.page import FILE, write_report
from models.batch.capacity import PROCESS_MB, cores, free_mb, size_for
from models.batch.inputs import Inputs, inputs_of, listed_in
from models.batch.jobs import Job, Outcome
from models.batch.plan import Plan, planned
from models.batch.pool import Pool
from models.batch.progress import Tally, printable, shown
from models.batch.settings import Settings

MANY = 200  # files: looking at what is there takes a moment


@dataclass(frozen=True, slots=True)
class Batch:
    """What the user asks for. named: files and folders; listed: a file with a list of more, or "-"; processes: how many
    at once, None for all cores; cluster: the address of a Ray cluster that does the work instead; report: whether
    each kit gets a page to see and hear."""

    named: tuple[Path, ...]
    out: Path
    settings: Settings
    listed: str | None = None
    overwrite: bool = False
    as_json: bool = False
    processes: int | None = None
    cluster: str | None = None
    report: bool = False


class SomeFailed(TaoError):
    """Files that could not be decomposed; all others are."""


def run(batch: Batch) -> None:
    """Decompose all that is asked for and is not done yet. Raises TaoError before the work begins when it cannot, and
    SomeFailed at its end."""
    check_folder(batch.out, overwrite=True)
    check_installed(batch.settings.methods)
    listed = [] if batch.listed is None else listed_in(batch.listed)
    inputs = inputs_of(batch.named, listed, batch.out)
    if len(inputs.files) > MANY and batch.out.exists():
        _talk("tao: looking for kits that are done already")
    plan = planned(inputs.files, batch.out, batch.settings, batch.overwrite)
    check_inputs_stay((job.kit for job in plan.jobs), (one.path for one in inputs.files))
    _announce(inputs, plan, batch)
    for _, kit in plan.finished:
        _print_kit(kit, batch)
        if not (kit / FILE).exists():
            _report_on(kit, batch)
    tally = Tally(len(plan.jobs))
    try:
        _do(plan.jobs, batch, tally)
    except KeyboardInterrupt:
        _talk(f"tao: interrupted: {tally.made} of {tally.total} files are decomposed. The same command goes on from "
              "here.")
        raise
    failures = [*inputs.unreadable.items(), *((one.job.file, one.words) for one in plan.refused), *tally.failures]
    _sum_up(tally, len(plan.finished), failures)


def _do(jobs: list[Job], batch: Batch, tally: Tally) -> None:
    if not jobs:
        return
    with _at_work(jobs, batch) as outcomes, shown(tally) as progress:
        for outcome in outcomes:
            tally.add(outcome)
            progress.show(outcome, tally)
            if outcome.folder is not None:
                _print_kit(outcome.folder, batch)
                _report_on(outcome.folder, batch)


@contextmanager
def _at_work(jobs: list[Job], batch: Batch) -> Iterator[Iterator[Outcome]]:
    if batch.cluster is not None:
        from models.batch.cluster import Cluster

        with Cluster(batch.cluster, batch.settings) as cluster:
            yield cluster.outcomes(jobs)
        return
    memory_mb = free_mb()
    size = size_for(len(jobs), batch.processes, cores(), memory_mb)
    if batch.processes is None and size < min(len(jobs), cores()):
        _talk(f"tao: {size} at once and not {min(len(jobs), cores())}: there are {memory_mb} MB of memory free, and "
              f"each needs about {PROCESS_MB}. Close other programs, or choose with --jobs.")
    with Pool(batch.settings, size) as pool:
        yield pool.outcomes(jobs)


def _announce(inputs: Inputs, plan: Plan, batch: Batch) -> None:
    parts = [f"{_files(len(plan.jobs))} to decompose"]
    if plan.finished:
        parts.append(f"{len(plan.finished)} skipped: their kits are in {printable(batch.out)} already")
    if inputs.passed_over:
        parts.append(f"{inputs.passed_over} passed over: not audio, or parts of kits")
    _talk(f"tao: {'; '.join(parts)}")


def _print_kit(folder: Path, batch: Batch) -> None:
    """Print a kit.json on one line, if that is asked for."""
    if batch.as_json:
        click.echo(json.dumps(json.loads((folder / "kit.json").read_bytes())))


def _report_on(folder: Path, batch: Batch) -> None:
    """Write a kit's page, if that is asked for."""
    if batch.report:
        try:
            write_report(folder, read_folder(folder))
        except (OSError, TaoError) as problem:
            _talk(f"tao: {printable(folder)}: its report cannot be written: {problem}")


def _sum_up(tally: Tally, skipped: int, failures: list[tuple[Path, str]]) -> None:
    """Say what was done. Raises SomeFailed for what was not."""
    done = f"{_files(tally.made)} decomposed" + (f", {skipped} skipped" if skipped else "")
    if not failures:
        return _talk(f"tao: {done}")
    for path, sentence in failures:
        _talk(f"tao: {printable(path)}: {sentence}")
    raise SomeFailed(f"{done}, {len(failures)} failed; they are listed above. The same command tries them again.")


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _talk(text: str) -> None:
    """Print for the user, on stderr: stdout is for data."""
    click.echo(text, err=True)
