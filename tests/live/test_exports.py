"""What plays is exported beside the music: whatever an exporter does costs one sentence, and leaves nothing behind."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from engine.core.commands import LoadDecomposition, SetStep, SwapOneShot
from engine.core.errors import InvalidValue
from engine.core.exports import AS_RECORDED, ExportSettings
from engine.core.kit import OneShot
from engine.core.loop import PlayedLoop
from engine.core.pattern import Step
from engine.core.requests import ExportKit
from engine.library.kits.decomposition import HeardOnset
from engine.library.kits.kit_folder import write_folder
from engine.library.wav_file import read_marks
from engine.live.exports import EXPORTER, Exports
from tests.library.values import rich_decomposition, sound
from tests.live.test_conductor import RATE, Room

NAUGHTY = """
import os, subprocess, sys, time
from engine.library import exporting

class Naughty:
    def __init__(self, name): self.name = name
    def export(self, stored, folder):
        (folder / "half").write_bytes(b"half")
        match self.name:
            case "dies": os._exit(3)
            case "hangs": time.sleep(600)
            case "leaves": sys.exit("enough")
            case "starts":
                child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=1)
                (folder / "child.txt").write_text(str(child.pid))
            case "lies": (folder / "half").unlink()
            case "prints": os.write(1, b"hello"); raise RuntimeError("two\\nlines")
        return "nonsense"

real = exporting.exporter
names = ("dies", "hangs", "leaves", "starts", "lies", "prints")
exporting.exporter = lambda name, *rest: Naughty(name) if name in names else real(name, *rest)
from engine.live import export_process
export_process.main()
"""


def wait_until(done: Callable[[], object], timeout_s: float) -> bool:
    """Whether it comes true in time; the limit lies far beyond what is usual."""
    end_s = time.monotonic() + timeout_s
    while not done() and time.monotonic() < end_s:
        time.sleep(0.02)
    return bool(done())


class Stage:
    """A room with a kit that plays, and its exports."""

    def __init__(self, folder: Path, argv: tuple[str, ...] = EXPORTER, stall_s: float = 60.0) -> None:
        self.room, self.out = Room(folder), folder / "out"
        self.room.load("kit a")
        self.room.play(20)
        self.exports = Exports(self.room.conductor, folder / "shared", folder / "kits", self.room.notices, stall_s,
                               argv)
        self.said: list[tuple[str, bool]] = []
        self._seen = 0

    def export(self, *formats: str, settings: ExportSettings = AS_RECORDED) -> list[tuple[str, bool]]:
        """Export, wait for the last word, and return all that was said after the progress: (sentence, urgent)."""
        told: list[tuple[str, bool]] = []
        self.exports._notices = lambda notice: told.append((notice.text, notice.urgent))  # all, not the newest six
        self.exports.begin(ExportKit(formats, str(self.out), settings))
        last = self.exports._helper.submit(lambda: None)
        assert wait_until(last.done, 120.0)
        self.exports.step()
        return told

    def files(self) -> set[str]:
        """Everything that lies in the folder, at any depth."""
        return {str(path.relative_to(self.out)) for path in self.out.rglob("*")}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def build(*argv: str, stall_s: float = 60.0) -> Stage:
        made.append(Stage(tmp_path, argv or EXPORTER, stall_s))
        return made[-1]

    yield build
    for one in made:
        one.exports.close()
        one.room.journal.close()


def test_the_kit_is_exported_with_its_edits(stage: Callable[..., Stage]) -> None:
    one = stage()
    conductor, new = one.room.conductor, sound(21, 900)
    conductor.perform(SwapOneShot("snare", OneShot(conductor.keep(new), 900, midi_note=40)))
    conductor.perform(SetStep("snare", 3, Step(0.5, ratchet=4)))
    one.room.play(4)
    said = one.export("midi", "oneshots")
    assert [urgent for _, urgent in said] == [False] * len(said)
    assert said[0][0] == "Exporting kit a: midi, 1 of 2." and said[1][0] == "Exporting kit a: oneshots, 2 of 2."
    assert said[-1][0] == f"Exported kit a to {one.out}: kit a.mid, kit a one-shots."
    notes = [message.note for track in mido.MidiFile(one.out / "kit a.mid").tracks for message in track
             if message.type == "note_on"]
    assert notes.count(40) >= 4, "the ratchet's strokes, on the new sound's note"
    audio, _ = soundfile.read(one.out / "kit a one-shots" / "snare.wav", dtype="float32")
    assert np.allclose(audio, new, atol=2**-22)


def test_nothing_is_overwritten_and_nothing_else_is_left(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.export("midi")
    assert one.export("midi")[-1][0].endswith("kit a-2.mid.")
    assert one.files() == {"kit a.mid", "kit a-2.mid"}
    assert list((one.exports._memory_folder).glob("audio-*")) == []


def test_settings_arrive_and_stems_are_what_plays(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.export("stems", settings=ExportSettings(16, 44100, mono=True))
    (folder,) = one.out.iterdir()
    info = soundfile.info(folder / "kick.wav")
    assert (info.samplerate, info.channels, info.subtype) == (44100, 1, "PCM_16")
    assert read_marks(folder / "kick.wav").tempo_bpm == one.room.conductor.machine.timeline.bpm


@pytest.mark.slow
@pytest.mark.parametrize(("bad", "sentence"), [
    ("dies", "dies: the exporter ended unexpectedly."), ("leaves", "leaves: the exporter failed (SystemExit: enough)."),
    ("lies", "lies: the exporter wrote no file."), ("prints", "prints: the exporter failed (RuntimeError: two lines)."),
    ("none such", "No export format is called 'none such'")])
def test_a_bad_exporter_costs_one_sentence_and_the_others_are_written(stage: Callable[..., Stage], bad: str,
                                                                     sentence: str) -> None:
    one = stage(sys.executable, "-c", NAUGHTY)
    said = one.export(bad, "midi")
    failures = [text for text, urgent in said if urgent]
    assert len(failures) == 1 and failures[0].startswith(sentence), said
    assert said[-1][0].startswith("Exported 1 of 2 formats of kit a") and one.files() == {"kit a.mid"}


@pytest.mark.slow
def test_an_exporter_that_hangs_is_stopped_and_the_others_are_written(stage: Callable[..., Stage]) -> None:
    one = stage(sys.executable, "-c", NAUGHTY, stall_s=8.0)
    said = one.export("hangs", "midi")
    assert ("hangs: the exporter made no progress for 8 s and was stopped.", True) in said
    assert one.files() == {"kit a.mid"}


def is_running(pid: int) -> bool:
    """Whether a process runs, and not only waits to be reaped by somebody else."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_an_exporter_starts_ends_with_the_export(stage: Callable[..., Stage]) -> None:
    one = stage(sys.executable, "-c", NAUGHTY)
    one.export("starts")
    pid = int((one.out / "child.txt").read_text())
    assert wait_until(lambda: not is_running(pid), 10.0)


def test_closing_ends_a_running_export_and_removes_what_is_half_written(stage: Callable[..., Stage]) -> None:
    one = stage(sys.executable, "-c", NAUGHTY)
    one.exports.begin(ExportKit(("hangs",), str(one.out)))
    assert wait_until(lambda: bool(list(one.out.rglob("half"))), 60.0)
    began_s = time.monotonic()
    one.exports.close()
    assert time.monotonic() - began_s < 10.0 and one.files() == set()


def test_the_process_ends_when_the_engine_does(stage: Callable[..., Stage]) -> None:
    one = stage(sys.executable, "-c", NAUGHTY)
    one.exports.begin(ExportKit(("hangs",), str(one.out)))
    assert wait_until(lambda: bool(list(one.out.rglob("half"))), 60.0)
    process = one.exports._process
    assert process is not None and process.stdin is not None
    process.stdin.close()
    assert wait_until(lambda: not is_running(process.pid), 20.0)
    assert wait_until(lambda: one.files() == set(), 5.0)


def test_a_folder_that_cannot_be_written_is_one_sentence_for_each_format(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.out.write_text("a file")
    said = one.export("midi", "sfz")
    assert [urgent for text, urgent in said if "could not be written" in text] == [True, True]
    assert not any("Exported" in text for text, _ in said)


def test_with_nothing_to_export_the_request_is_refused(tmp_path: Path) -> None:
    room = Room(tmp_path)
    exports = Exports(room.conductor, tmp_path / "shared", tmp_path, room.notices, 60.0)
    with pytest.raises(InvalidValue, match="nothing to export yet"):
        exports.begin(ExportKit((), str(tmp_path)))
    exports.close()
    room.journal.close()


def test_hits_as_heard_come_from_the_kit_that_was_kept_of_the_recording(stage: Callable[..., Stage]) -> None:
    one = stage()
    conductor, audio = one.room.conductor, sound(5, 2 * RATE)
    kept = replace(rich_decomposition(), loop=audio, sample_rate=RATE, stems={}, residual=None, onsets={
        "kick": (HeardOnset(0.0, 1.0), HeardOnset(0.77, 0.5))})
    write_folder(one.exports._kits_folder / "take 1-2", kept)
    pattern = replace(conductor.machine.pattern, beats=4)
    loop = PlayedLoop(conductor.keep(audio), len(audio), 4, "take 1")
    conductor.perform(LoadDecomposition(conductor.machine.kit, pattern, loop, bpm=120.0))
    one.room.play(4)
    one.export("midi", settings=ExportSettings(heard=True))
    kick = next(track for track in mido.MidiFile(one.out / "kit a.mid").tracks if track.name == "kick")
    ticks, now = [], 0
    for message in kick:
        now += message.time
        if message.type == "note_on":
            ticks.append(now)
    assert ticks == [0, round(0.77 * 2 * 960)]


def test_without_such_a_kit_the_sentence_says_what_to_do(stage: Callable[..., Stage]) -> None:
    one = stage()
    said = one.export("midi", settings=ExportSettings(heard=True))
    assert any(urgent and "has no hits heard in a recording" in text for text, urgent in said)


def test_a_client_that_exports_without_end_is_refused(stage: Callable[..., Stage]) -> None:
    one = stage(sys.executable, "-c", "import time; time.sleep(600)")
    with pytest.raises(InvalidValue, match="exports are waiting already"):
        for _ in range(20):
            one.exports.begin(ExportKit(("midi",), str(one.out)))
