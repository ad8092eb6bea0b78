"""A record of the right shape with values that no engine writes costs what comes after it, and one sentence."""

import math
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.bridge import messages
from engine.bridge.codec import Codec
from engine.core.commands import LoadKit, SetStep, SetTempo
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.machine import empty_machine
from engine.core.pattern import Step
from engine.live import journal_checks
from engine.live.journal import (
    LOG,
    SAMPLES,
    Applied,
    Clicked,
    Faded,
    Journal,
    Jumped,
    MidiActed,
    PadHit,
    Plan,
    Record,
    Session,
    Unclicked,
)
from engine.live.journal_reading import UnreadableJournal, read_journal, read_log

CODEC = Codec(messages.FROM_CLIENTS)
GOOD = CODEC.encode(SetTempo(100.0))
AUDIO = np.ones((100, 2), np.float32)
HUGE = 1 << 60
MACHINE = msgspec.to_builtins(empty_machine(48000))
PATTERN = MACHINE["pattern"]


def raw(name: str, **payload: Any) -> bytes:
    """A command as another program might write it."""
    return msgspec.msgpack.encode([name, payload])


def kit(**changes: Any) -> bytes:
    return raw("LoadKit", kit={"name": "k", "one_shots": {"kick": {"sample": "aa", "frames": 10, **changes}}})


def machine(**changes: Any) -> bytes:
    return raw("ResumeSession", machine={**MACHINE, **changes})


def loop(**changes: Any) -> bytes:
    return raw("LoadLoop", loop={"sample": "aa", "frames": 10, "beats": 4, **changes})


COMMANDS = {
    "a tempo that is no number": raw("SetTempo", bpm=math.nan),
    "a tempo that is a text": raw("SetTempo", bpm="fast"),
    "a step beyond the track": CODEC.encode(SetStep("kick", 99, Step())),
    "a velocity of 7": raw("SetStep", track="kick", index=0, step={"velocity": 7.0}),
    "a track that is not there": raw("SetMute", track="x" * 1_000_000, on=True),
    "a list for a name": raw("LoadKit", kit={"name": ["k"]}),
    "a name with a NUL": raw("LoadKit", kit={"name": "k\0"}),
    "a name of a megabyte": raw("LoadKit", kit={"name": "k" * 1_000_000}),
    "a name that is no Unicode": raw("LoadKit", kit={"name": "QQQ"}).replace(b"QQQ", b"\xed\xa0\x80"),
    "a gain without end": kit(gain=math.inf),
    "a pan that is no number": kit(pan=math.nan),
    "a sound that lasts for years": kit(frames=1 << 40),
    "a sound of a negative length": kit(frames=-5),
    "a note beyond MIDI": kit(midi_note=300),
    "a choke group beyond all": kit(choke_group=HUGE),
    "a sample with a long name": kit(sample="a" * 1000),
    "a loop of a million beats": loop(beats=1_000_000),
    "a peak that is no number": loop(overview=[math.nan]),
    "a downbeat after the end of time": loop(downbeat_ticks=HUGE),
    "a pattern of a million beats": raw("LoadPattern", pattern={**PATTERN, "beats": 1_000_000}),
    "a song that goes on in the far future": raw("Continue", ticks=HUGE),
    "a song that began in the far past": raw("PlaySince", bpm=120.0, since_frames=-HUGE),
    "a leader without a tempo": raw("SetMidi", midi={"leader_bpm": math.nan}),
    "a slot that is not there": machine(slot=16),
    "no slots": machine(stored_patterns=[]),
    "a chain of no slots": machine(chain=[99]),
    "a place beyond the chain": machine(chain=[1], chain_place=1),
    "a bar line in the far future": machine(phase_ticks=HUGE),
    "a mute with a long name": machine(mutes=["x" * 1000]),
    "a thousand locks": machine(locks=[str(number) for number in range(1000)]),
    "a seed below 0": machine(seed=-1),
    "a deep nest": msgspec.msgpack.encode("SetTempo").join([b"\x92", b"\x91" * 100_000]),
}
RECORDS: dict[str, tuple[Record, ...]] = {
    "a pad hit seven times too hard": (PadHit(3, 0, 7.0),),
    "a pad hit with no number": (PadHit(3, 0, math.nan),),
    "a ninth pad": (PadHit(3, 8, 0.5),),
    "a number that no record has": (PadHit(HUGE, 0, 0.5),),
    "a score from MIDI": (MidiActed(1, 20, 0),),
    "a hit of a ninth track": (MidiActed(16, 20, 9 | 100 << 8),),
    "a hit below 0": (MidiActed(16, 20, -1),),
    "a song begun in the far future": (MidiActed(17, 20, HUGE),),
    "a frame below 0": (Applied(2, -1),),
    "a frame in a thousand years": (Applied(2, HUGE),),
    "a fade below 0": (Faded(-1, 480),),
    "a click in a thousand years": (Clicked(HUGE, True),),
    "a jump back": (Jumped(20, 10),),
    "a jump from before the last": (Jumped(100, 200), Jumped(150, 300)),
    "a thousand thousand changes": (Plan(3, 2, 0, (GOOD,) * 20_000),),
    **{name: (Plan(3, 2, 0, (command,)),) for name, command in COMMANDS.items()},
}


def session(folder: Path, *records: Record) -> Path:
    journal = Journal(folder, Session(48000, "bypass", 1024))
    for record in records:
        journal.add(record)
    journal.close()
    return folder


@pytest.mark.parametrize("name", RECORDS)
def test_a_wrong_value_costs_what_comes_after_it(tmp_path: Path, name: str) -> None:
    wrong = RECORDS[name]
    folder = session(tmp_path / "s", Plan(2, 0, 0, (GOOD,)), Applied(2, 10), *wrong, Applied(2, 400))
    read = read_log(folder)
    assert read.events == (Applied(2, 10), *wrong[:-1]) and set(read.sent) == {0, 2}
    (problem,) = read.problems
    assert str(folder / LOG) in problem and "from byte" in problem and "lost" in problem
    assert "\n" not in problem and len(problem) < 600


@pytest.mark.parametrize("first", [Session(0, "bypass", 64), Session(1 << 40, "bypass", 64),
                                   Session(48000, "x" * 999, 64),
                                   Session(48000, "bypass", -1), Session(48000, "bypass", 64, "tao.journal/0"),
                                   Session(48000, "bypass", 64, "tao.journal/" + "9" * 5000)])
def test_a_wrong_beginning_is_one_sentence(tmp_path: Path, first: Session) -> None:
    journal = Journal(tmp_path / "s", first)
    journal.close()
    with pytest.raises(UnreadableJournal) as refused:
        read_log(tmp_path / "s")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


def test_a_machine_that_plays_more_of_a_sample_than_there_is_is_not_played(tmp_path: Path) -> None:
    name = sample_id(AUDIO)
    journal = Journal(tmp_path / "s", Session(48000, "bypass", 1024))
    journal.add_sample(name, AUDIO)
    for sequence, frames in ((1, 100), (2, 101)):
        command = LoadKit(Kit("k", {"kick": OneShot(name, frames)}))
        journal.add(Plan(sequence, sequence - 1, 0, (CODEC.encode(command),)))
        journal.add(Applied(sequence, sequence))
    journal.close()
    read = read_journal(tmp_path / "s")
    assert read.events == (Applied(1, 1),) and f"more of the sample {name} than there is" in read.problems[0]


@pytest.mark.timeout(20)
def test_a_pipe_for_a_journal_or_a_sample_is_not_waited_for(tmp_path: Path) -> None:
    folder = session(tmp_path / "s")
    os.mkfifo(folder / SAMPLES / "0123456789abcdef.wav")
    assert len(read_journal(folder).problems) == 1
    (folder / LOG).unlink()
    os.mkfifo(folder / LOG)
    with pytest.raises(UnreadableJournal, match="pipe"):
        read_log(folder)


def test_cancelled_clicks_do_not_sound(tmp_path: Path) -> None:
    folder = session(tmp_path / "s", Clicked(300, False), Clicked(100, True), Clicked(200, False), Unclicked(200),
                     Clicked(150, False))
    assert [click.at_frames for click in read_log(folder).clicks] == [100, 150]


def test_the_numbers_of_midis_acts_are_those_of_the_audio_thread() -> None:
    from engine.dsp import midi_in, ring

    acts = journal_checks.MIDI_HIT, journal_checks.MIDI_BEGIN, journal_checks.MIDI_END
    assert acts == (ring.HIT, ring.BEGIN, ring.END)
    assert journal_checks.SONG_START == midi_in.SONG_START
