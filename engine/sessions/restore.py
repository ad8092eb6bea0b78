"""Restore an ended session from its journal: what was loaded and set, and what could be undone."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.kit import Kit, OneShot, SampleId, sample_id
from engine.core.loop import Audio
from engine.core.machine import Listen, Machine, empty_machine
from engine.library.resampling import resampled
from engine.live.bank import samples_of
from engine.live.history import changed
from engine.live.journal import SAMPLES, Applied
from engine.live.journal_reading import Performance, read_journal

LEVELS = 250  # levels of undo, including the last machine


class NothingToRestore(TaoError):
    """A session in which nothing was loaded or changed."""


@dataclass(frozen=True, slots=True)
class Restored:
    """machines: those that undo goes back to, oldest first, and the last one; samples: those of all of them, at the new
    engine's rate; problems: a sentence for each thing that could not be read."""

    machines: tuple[Machine, ...]
    samples: dict[SampleId, Audio]
    problems: tuple[str, ...] = ()

    @property
    def machine(self) -> Machine:
        """The last one."""
        return self.machines[-1]


def restore(session: Path, sample_rate: int) -> Restored:
    """The machines of `session`, for an engine at `sample_rate`. Raises UnreadableJournal and NothingToRestore."""
    performance = read_journal(session)
    machines, problems = _milestones(performance), list(performance.problems)
    if not machines:
        nothing = f"In {session.name} nothing was loaded or changed; `tao_live.py sessions` lists others."
        raise NothingToRestore(" ".join([nothing, *problems]))
    names = set().union(*map(samples_of, machines))
    for name in sorted(names - performance.samples.keys()):
        if not any(name in problem for problem in problems):
            problems.append(f"{session / SAMPLES / name}.wav is not there; that sound is missing.")
    machines = tuple(_without(machine, names - performance.samples.keys()) for machine in machines)
    samples = {name: performance.samples[name] for name in names & performance.samples.keys()}
    if performance.session.sample_rate == sample_rate:
        return Restored(machines, samples, tuple(problems))
    moved = _at_rate(machines, samples, performance.session.sample_rate, sample_rate)
    return replace(moved, problems=tuple(problems))


def _without(machine: Machine, missing: Set[SampleId]) -> Machine:
    """The machine without the sounds that are missing: a track may be silent, and the loop gone."""
    if not missing & samples_of(machine):
        return machine
    shots = {track: replace(shot, layers=tuple(layer for layer in shot.layers if layer.sample not in missing))
             for track, shot in machine.kit.one_shots.items() if shot.sample not in missing}
    loop, listen = machine.loop, machine.listen
    if loop is not None and loop.sample in missing:
        loop = None
    elif loop is not None and loop.residual in missing:
        loop = replace(loop, residual=None)
    if loop is None or (loop.residual is None and listen is Listen.KIT_AND_RESIDUAL):
        listen = Listen.KIT
    return replace(machine, kit=Kit(machine.kit.name, shots), loop=loop, listen=listen)


def _milestones(performance: Performance) -> tuple[Machine, ...]:
    """The machines that undo would bring back, oldest first, and the last one the audio thread played."""
    found: list[Machine] = [empty_machine(performance.session.sample_rate)]
    for event in performance.events:
        sent = performance.sent.get(event.sequence) if isinstance(event, Applied) else None
        if not isinstance(sent, Machine):
            continue
        machine = replace(sent, audition=None)
        if changed(found[-1], machine):
            found.append(machine)
        else:
            found[-1] = machine
    return tuple(found[-LEVELS:]) if len(found) > 1 else ()


def _at_rate(machines: tuple[Machine, ...], samples: Mapping[SampleId, Audio], from_rate: int, to_rate: int
             ) -> Restored:
    """The same machines at another sample rate, with their samples resampled and renamed."""
    loops = {name for machine in machines if machine.loop is not None
             for name in (machine.loop.sample, machine.loop.residual)}
    new = {name: resampled(audio, from_rate, to_rate, circular=name in loops, axis=0)
           for name, audio in samples.items()}
    names = {name: sample_id(audio) for name, audio in new.items()}
    frames = {name: len(audio) for name, audio in new.items()}
    moved = tuple(_moved(machine, names, frames, to_rate / from_rate) for machine in machines)
    return Restored(moved, {names[name]: audio for name, audio in new.items()})


def _moved(machine: Machine, names: Mapping[SampleId, SampleId], frames: Mapping[SampleId, int], ratio: float
           ) -> Machine:
    def shot(one_shot: OneShot) -> OneShot:
        layers = tuple(replace(layer, sample=names[layer.sample],
                               frames=max(1, min(frames[layer.sample], round(layer.frames * ratio))))
                       for layer in one_shot.layers)
        length = max(1, min(frames[one_shot.sample], round(one_shot.frames * ratio)))
        return replace(one_shot, sample=names[one_shot.sample], frames=length, layers=layers)

    kit = Kit(machine.kit.name, {track: shot(one_shot) for track, one_shot in machine.kit.one_shots.items()})
    loop = machine.loop
    if loop is not None:
        loop = replace(loop, sample=names[loop.sample], frames=frames[loop.sample],
                       residual=None if loop.residual is None else names[loop.residual])
    return replace(machine, kit=kit, loop=loop)
