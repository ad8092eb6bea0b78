"""Each screen at the sizes that people use, as text. After a deliberate change: --snapshot-update, and read it."""

from dataclasses import replace

import pytest

from engine.core.commands import Play, SetStep
from engine.core.midi import ClockOut, ClockSource, Midi, Route
from engine.core.pattern import Step
from engine.core.snapshot import GridStatus, Heard, Job, MidiStatus, Sync, SyncState
from engine.core.step import Overrides
from tests.tui.fake import FakeEngine

SIZES = [(80, 24), (100, 30), (140, 45), (200, 60)]
SCREENS = {"instrument": (), "values": ("V",), "sounds": ("down", "f6"), "midi": ("f4",), "sync": ("f9",),
           "jobs": ("f7",), "methods": ("ctrl+t",), "audio": ("f2",), "help": ("question_mark",),
           "export": ("ctrl+e",), "effects": ("f", "2")}


@pytest.fixture
def busy(engine: FakeEngine) -> FakeEngine:
    """A playing engine about which there is something to say on every screen."""
    pattern = engine.machine.pattern
    midi = MidiStatus(("TR-8S", None), (None, "synth", None, None), ("a2j:TR-8S MIDI 1", ""), ("", "a2j:synth", "", ""),
                      ("a2j:TR-8S MIDI 1",), ("a2j:synth",), {"1:74": "filter", "10:n36": "record"}, None, True,
                      "note 36 channel 10 value 100",
                      GridStatus("auto", ("launchpad", "pads"), "a2j:Launchpad X LPX MIDI Out", "launchpad"),
                      tuple(f"in 1  note {note} channel 10 value 100" for note in range(36, 48)))
    special = Step(0.6, probability=0.5, condition=(1, 2), ratchet=3, overrides=Overrides(pitch_semitones=-5.0))
    for command in (SetStep("kick", 2, special), Play()):
        engine.send(command)
    machine = replace(engine.machine, midi=Midi(clocks=(ClockOut(True, -12.0), *[ClockOut()] * 3),
                                                routes={"kick": Route(1)}))
    engine.advance(5.6)
    engine.status = replace(engine.status, machine=machine, midi=midi, job=Job(1, "demo loop", "stems", 0.63),
                            heard=Heard(pattern, 0.94, {"kick": 0.98, "snare": 0.91, "hihat": 0.77}),
                            sync=Sync(ClockSource.AUTO, SyncState.LOCKED, 123.7, 1, jitter_ms=0.42))
    return engine


def text_of(tao) -> str:
    """What is on the screen, without blanks at the ends of lines."""
    return "\n".join(strip.text.rstrip() for strip in tao.app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", SIZES, ids=[f"{columns}x{rows}" for columns, rows in SIZES])
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_reads_the_same(open_tao, busy, snapshot, monkeypatch, name, size):
    monkeypatch.setattr("tui.jitter.EVERY_S", float("inf"))  # one value, however slow the computer
    async with open_tao(size=size) as tao:
        await tao.press(*SCREENS[name])
        await tao.look()
        assert text_of(tao) == snapshot
