"""Other programs read the MIDI files as the same music."""

import xml.etree.ElementTree as ET
from pathlib import Path

import mido
import pytest

from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from engine.library.export_settings import ExportSettings
from engine.library.exporting import export
from engine.library.midi_file import write_midi
from tests.library.foreign import module, run
from tests.library.values import rich_decomposition

EARLY = Pattern((Track("kick", (Step(1.0, Ticks(-25)), *(None,) * 7, Step(1.0), *(None,) * 7)),
                 Track("snare", ((None,) * 4 + (Step(0.7, Ticks(9)),) + (None,) * 3) * 2)), 4)


def test_pretty_midi_hears_the_hits_where_they_are(tmp_path: Path) -> None:
    write_midi(tmp_path / "a.mid", EARLY, 120.0, {})
    read = module("pretty_midi").PrettyMIDI(str(tmp_path / "a.mid"))
    assert all(instrument.is_drum for instrument in read.instruments)
    found = sorted((round(note.start, 4), note.pitch) for instrument in read.instruments for note in instrument.notes)
    assert found == [(0.0, 36), (round(0.5 + 9 / 1920, 4), 38), (1.0, 36), (round(1.5 + 9 / 1920, 4), 38)]
    assert read.get_downbeats()[0] == 0.0


@pytest.mark.slow
def test_musescores_first_bar_holds_the_downbeat(tmp_path: Path) -> None:
    write_midi(tmp_path / "a.mid", EARLY, 120.0, {})
    run(tmp_path, "musescore3", "-o", tmp_path / "a.musicxml", tmp_path / "a.mid")
    parts = [list(part.iter("measure")) for part in ET.parse(tmp_path / "a.musicxml").getroot().iter("part")]
    assert [len(bars) for bars in parts] == [1, 1]
    divisions = int(parts[0][0].findtext("attributes/divisions"))
    assert [[at / divisions for at in onsets(bars[0])] for bars in parts] == [[0.0, 2.0], [1.0, 3.0]]


def onsets(bar: ET.Element) -> list[int]:
    """When the notes of a measure sound, in divisions."""
    found, now = [], 0
    for element in bar:
        length = int(element.findtext("duration", "0"))
        if element.tag == "note" and element.find("rest") is None:
            found.append(now)
        now += {"note": length, "forward": length, "backup": -length}.get(element.tag, 0)
    return found


def test_hits_can_be_those_of_the_recording(tmp_path: Path) -> None:
    (path,) = export(rich_decomposition(), "midi", tmp_path, ExportSettings(heard=True))
    kicks = [message for message in mido.MidiFile(path).tracks[1] if message.type == "note_on"]
    assert [kick.velocity for kick in kicks] == [127, 64]
