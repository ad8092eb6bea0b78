"""The instrument, killed or left without room while it plays, records, decomposes and comes back: one gig after the
other, each continuing the session that the last crash broke off."""

import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.crashing.faults import children_of, filled, kill
from benchmarks.crashing.gig import OLDER_S, Gig
from benchmarks.crashing.tally import Tally
from benchmarks.performing import kill_a_client
from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient, EngineGone
from engine.core.commands import Play
from engine.core.errors import TaoError
from engine.core.recording import RecordingSetup
from engine.core.requests import (
    CaptureLast,
    Correct,
    Decompose,
    ExportKit,
    Resample,
    SaveKit,
    SaveSet,
    SetRecording,
    SoundSource,
    StartRecording,
    Undo,
)
from engine.core.snapshot import RecordState
from engine.server.launch import start_process
from tests.rig import PatientClient

FULL_S, RECOVERY_S, LOAD_S = 1.5, 30.0, 60.0
GIGS_IN_A_FOLDER = 8
WORDS = {"worker": b"crashing.worker", "reader": b"sound_reader", "export": b"export_process",
         "writer": b"keeping.writer"}
FAILED, RECOVERED = "no longer being saved", "the session is saved"


def _record(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(dice.choice((StartRecording(2), CaptureLast(2), Resample("kit", 2))))


def _export(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(ExportKit(("midi", "oneshots", "sfz"), str(folder / "exports")))


def _save(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(SaveKit(dice.choice(("verse", "chorus"))))


def _save_set(client: EngineClient, dice: random.Random, folder: Path) -> None:
    client.ask(SaveSet("gig"))


def _look_for_sounds(client: EngineClient, dice: random.Random, folder: Path) -> None:
    track = client.snapshot().status.machine.pattern.tracks[0].name
    client.browse(track, SoundSource.KITS)


# what is done beside the edits while the fault is awaited; a refusal is no loss
MOVES: tuple[Callable[[EngineClient, random.Random, Path], object], ...] = (
    _record, _record, _record, _export, _save, _save, _save_set, _look_for_sounds,
    lambda client, dice, folder: client.ask(Decompose()),
    lambda client, dice, folder: client.ask(Correct()), lambda client, dice, folder: client.ask(Undo()))


def crash_live(scratch: Path, rounds: int, seed: int, tally: Tally, small: bool) -> None:
    """So many gigs, each ended by a crash."""
    dice = random.Random(seed)
    gig = Gig(scratch / "gigs-0", tally, dice)
    for number in range(rounds):
        if number % GIGS_IN_A_FOLDER == 0:
            if number:
                shutil.rmtree(gig.folder, ignore_errors=True)  # a worker may still be ending
            gig = Gig(scratch / f"gigs-{number}", tally, dice)
            gig.folder.mkdir(parents=True)
        _gig(gig, small)
        tally.report(number + 1, rounds, "live")


def _gig(gig: Gig, small: bool) -> None:
    """Start, perhaps killed while it starts; play until the crash; see what is left."""
    dice, tally = gig.dice, gig.tally
    settings = gig.settings()
    if settings.resume and dice.random() < 0.2:
        tally.count("engines killed while they start")
        _killed_start(settings, dice.uniform(0.0, 3.0))
        return gig.look_back(time.monotonic())
    path, process = start_process(settings)
    tally.count("engines killed")
    try:
        client = PatientClient(path, 30.0)
        try:
            _play(gig, client, process.pid, path, small)
        except EngineGone:
            tally.lost.append("the engine, which nobody had killed")
        finally:
            killed_s = time.monotonic()
            process.kill()
            process.wait()
            client.close()
    finally:
        process.kill()
        process.wait()
    gig.look_back(killed_s)
    (log,) = (gig.folder / "sessions").glob(f"*-{process.pid}/engine.log")
    text = log.read_text(encoding="utf-8", errors="replace")
    tally.check("Traceback" not in text, f"the log holds an exception: {text[-400:]}")


def _killed_start(settings: EngineSettings, after_s: float) -> None:
    """Start an engine, and kill it that much later."""
    def strike() -> None:
        deadline_s = time.monotonic() + 60.0
        while not (found := children_of(os.getpid(), b"engine.server")) and time.monotonic() < deadline_s:
            time.sleep(0.002)
        time.sleep(after_s)
        for pid in found:
            kill(pid)

    killer = threading.Thread(target=strike)
    killer.start()
    try:
        _, process = start_process(settings)
        killer.join()
        process.wait()
    except TaoError:
        killer.join()  # it was killed before it was ready


def _play(gig: Gig, client: EngineClient, pid: int, path: Path, small: bool) -> None:
    """Play for a while, with accidents; the caller kills the engine."""
    dice, tally = gig.dice, gig.tally
    client.ask(SetRecording(RecordingSetup(count_in_bars=0)))
    client.ask(Play())
    gig.is_full = False
    gig.said.clear()
    if client.snapshot().status.machine.kit.name == "empty":
        client.load_folder("first")
        client.wait(lambda s: s.status.machine.kit.name == "first", LOAD_S)
        time.sleep(OLDER_S + 1.0)  # what is loaded in the last moment may be lost
    end_s = time.monotonic() + dice.uniform(0.5, 6.0)
    accident_s = time.monotonic() + dice.uniform(0.2, 3.0)
    while time.monotonic() < end_s:
        gig.edit(client)
        if dice.random() < 0.15:
            try:
                dice.choice(MOVES)(client, dice, gig.folder)
            except EngineGone:
                raise
            except TaoError:
                tally.count("refusals")
        gig.see(client)
        if time.monotonic() > accident_s:
            accident_s = end_s
            _accident(gig, client, pid, path, small)
        time.sleep(0.03)
    gig.see(client)
    tally.check(not gig.cut_off, f"cut off, and not announced: {gig.cut_off}")
    if client.snapshot().status.record_state is RecordState.RECORDING:
        tally.count("takes cut off")
    if dice.random() < 0.3:
        for child in children_of(pid, b"crashing.worker"):
            kill(child)


def _accident(gig: Gig, client: EngineClient, pid: int, path: Path, small: bool) -> None:
    """Kill another process, or fill the disk."""
    tally = gig.tally
    kind = gig.dice.choice(("worker", "reader", "export", "writer", "client", "disk", "disk", "none"))
    if kind == "disk" and small:
        tally.count("full disks")
        _fill(gig, client)
    elif kind == "client":
        kill_a_client(path)
        tally.count("clients killed")
    elif kind in WORDS:
        for child in children_of(pid, WORDS[kind]):
            kill(child)
            tally.count(f"{kind}s killed")


def _fill(gig: Gig, client: EngineClient) -> None:
    """Play on without room on the disk; in some gigs the crash comes while it is full."""
    gig.is_full = True
    with filled(gig.folder):
        end_s = time.monotonic() + FULL_S
        while time.monotonic() < end_s:
            gig.edit(client)
            gig.see(client)
            time.sleep(0.05)
    if gig.dice.random() < 0.3:
        return  # killed before all is saved
    deadline_s = time.monotonic() + RECOVERY_S
    while not (recovered := _is_recovered(gig)) and time.monotonic() < deadline_s:
        time.sleep(0.1)
        gig.see(client)
    gig.tally.check(recovered, "what could not be saved on a full disk was not saved later")
    gig.edits = {gig.number: time.monotonic()}
    gig.is_full = False


def _is_recovered(gig: Gig) -> bool:
    """Whether all that the disk had no room for is saved."""
    failed = any(FAILED in text for text in gig.said)
    return not gig.unsaved and (not failed or any(RECOVERED in text for text in gig.said))
