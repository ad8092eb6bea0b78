"""What the stages of each kind of job bring: tempo and phase, what you listen to, and what they come after."""

from dataclasses import replace

import pytest

from engine.bridge.messages import DecomposeFile, DecomposeJob, StageReady
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, empty_machine
from engine.core.pattern import Step
from engine.core.timeline import Ticks
from engine.worker.findings import Findings, heard_in
from engine.worker.job import AGAIN, CORRECTION, FILE, FREE_TAKE, RECOUNT, TAKE, Job, Kind

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


SOUNDS = Kit("k", {"kick": OneShot("12" * 8, 100)})


def solved(pattern=PATTERN, match=0.9):
    """The last stage of a decomposition of LOOP, and the command that loads it."""
    made = StageReady(1, "kit", SOUNDS, pattern, LOOP, {}, match, track_match={"kick": 0.8})
    return job(AGAIN).command(made, Listen.ORIGINAL, lambda: BAR), made


def test_what_was_heard_and_how_well_it_matches_belongs_to_its_loop_and_kit() -> None:
    last = heard_in(*solved())
    assert last is not None
    playing = replace(empty_machine(RATE), loop=LOOP, kit=SOUNDS)
    heard = last.about(playing)
    assert heard is not None and (heard.pattern, heard.match, heard.track_match) == (PATTERN, 0.9, {"kick": 0.8})
    assert last.about(replace(playing, loop=replace(LOOP, sample="ef" * 8))) is None
    assert last.about(replace(playing, kit=Kit("k"))) is None and last.about(empty_machine(RATE)) is None


def test_what_was_heard_is_counted_as_the_loop_is_now() -> None:
    last = heard_in(*solved())
    assert last is not None
    heard = last.about(replace(empty_machine(RATE), loop=replace(LOOP, beats=8), kit=SOUNDS))
    assert heard is not None and heard.pattern.beats == 2 * PATTERN.beats


def test_a_loop_that_undo_brings_back_has_its_match_again() -> None:
    findings, other = Findings(), replace(LOOP, sample="cd" * 8)
    command, ready = solved()
    findings.take(command, ready, TAKE)
    findings.take(replace(command, loop=other), replace(ready, loop=other, match=0.5), TAKE)
    playing = replace(empty_machine(RATE), loop=other, kit=SOUNDS)
    heard = findings.heard(playing)
    assert heard is not None and heard.match == 0.5
    back = findings.heard(replace(playing, loop=LOOP))
    assert back is not None and back.match == 0.9


def test_a_correction_brings_a_new_match_but_hears_nothing_new() -> None:
    first, edited = heard_in(*solved()), PATTERN.with_track(PATTERN.tracks[0].with_step(0, Step(0.5)))
    assert first is not None
    playing = replace(empty_machine(RATE), loop=LOOP, kit=SOUNDS)
    corrected = first.after(*solved(edited, 0.95), CORRECTION).about(playing)
    again = first.after(*solved(edited, 0.95), AGAIN).about(playing)
    assert corrected is not None and (corrected.pattern, corrected.match) == (PATTERN, 0.95)
    assert again is not None and again.pattern == edited


def test_a_job_says_what_it_does() -> None:
    assert [job(kind).words for kind in (TAKE, CORRECTION)] == ["decomposing loop", "re-solving the kit of loop"]


def test_a_free_take_brings_the_loop_that_the_worker_found_in_it() -> None:
    one = replace(job(FREE_TAKE), recut=True)
    found = PlayedLoop("cd" * 8, 90000, 8, LOOP.name)
    command = one.command(stage("pattern", found, 128.0), Listen.ORIGINAL, lambda: BAR)
    assert (command.loop, command.bpm, command.phase_ticks) == (found, 128.0, BAR)
    one.has_brought(command)
    later = one.command(stage("kit", found, 128.0), Listen.ORIGINAL, lambda: BAR)
    assert (later.loop, later.bpm, later.after) == (found, None, one.after)
    assert not one.is_gone(replace(empty_machine(RATE), loop=found, kit=command.kit).with_pattern(PATTERN))


def test_a_file_that_is_cut_by_a_later_stage_begins_again() -> None:
    one = job(FILE)
    one.has_brought(one.command(stage("slices"), Listen.ORIGINAL, lambda: BAR))
    cut = PlayedLoop("cd" * 8, 90000, LOOP.beats, LOOP.name)
    command = one.command(stage("pattern", cut, 128.0), Listen.ORIGINAL, lambda: BAR)
    assert (command.bpm, command.phase_ticks, command.loop) == (128.0, BAR, cut)
