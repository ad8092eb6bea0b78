"""What the stages of each kind of job bring: tempo and phase, what you listen to, and what they come after."""

from dataclasses import replace

import pytest

from engine.bridge.messages import DecomposeFile, DecomposeJob, StageReady
from engine.core.kit import Kit
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, empty_machine
from engine.core.timeline import Ticks
from engine.worker.job import AGAIN, CORRECTION, FILE, RECOUNT, TAKE, Job, Kind

RATE = 48000
LOOP = PlayedLoop("ab" * 8, 96000, 4)  # 120 BPM
PATTERN = empty_machine(RATE).pattern
BAR = Ticks(3840)


def job(kind: Kind) -> Job:
    if kind is FILE:
        return Job(DecomposeFile(1, "loop.wav", None, RATE, ""), kind, "loop")
    return Job(DecomposeJob(1, "", 96000, 2, RATE, "loop", 4, RATE, ""), kind, "loop", LOOP)


def stage(name: str, loop: PlayedLoop | None = LOOP, bpm: float | None = 90.0) -> StageReady:
    return StageReady(1, name, Kit("k"), PATTERN, loop, {}, bpm=bpm)


@pytest.mark.parametrize(("kind", "bpm", "phase", "first", "last"), [
    (TAKE, None, None, Listen.ORIGINAL, Listen.KIT),
    (AGAIN, None, None, Listen.ORIGINAL, Listen.KIT),
    (RECOUNT, 120.0, BAR, Listen.ORIGINAL, Listen.KIT),
    (CORRECTION, None, None, Listen.ORIGINAL, Listen.ORIGINAL),
    (FILE, 90.0, BAR, Listen.ORIGINAL, Listen.KIT)])
def test_each_kind_of_job_brings_what_its_row_says(kind: Kind, bpm: float | None, phase: Ticks | None, first: Listen,
                                                   last: Listen) -> None:
    one = job(kind)
    command = one.command(stage("slices"), Listen.ORIGINAL, lambda: BAR)
    assert (command.bpm, command.phase_ticks, command.listen, command.after) == (bpm, phase, first, None)
    one.has_brought(command)
    later = one.command(stage("kit"), Listen.ORIGINAL, lambda: BAR)
    assert (later.bpm, later.phase_ticks, later.listen, later.after) == (None, None, last, one.after)
    residual = replace(LOOP, residual="cd" * 8)
    proved = one.command(stage("kit", residual), Listen.ORIGINAL, lambda: BAR)
    assert proved.listen is (Listen.ORIGINAL if kind is CORRECTION else Listen.KIT_AND_RESIDUAL)


def test_a_file_that_is_counted_otherwise_by_a_later_stage_begins_again() -> None:
    one = job(FILE)
    one.has_brought(one.command(stage("slices"), Listen.ORIGINAL, lambda: BAR))
    command = one.command(stage("pattern", replace(LOOP, beats=8), 180.0), Listen.ORIGINAL, lambda: BAR)
    assert (command.bpm, command.phase_ticks) == (180.0, BAR)


def test_a_tempo_that_tao_cannot_play_is_not_set() -> None:
    assert job(FILE).command(stage("slices", bpm=500.0), Listen.KIT, lambda: BAR).bpm is None
