"""Notes, hot-plug, learning and panic with JACK's own MIDI programs: jack_midiseq plays Tao, jack_midi_dump hears it.

There is no ALSA sequencer where these tests run, so that bridges such as a2jmidid are not part of them.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.commands import Panic, Play, SetRoute, SetStep
from engine.core.midi import Route
from engine.core.pattern import Step
from engine.core.requests import ConnectMidi, Direction, Learn
from tests.programs import PATIENCE_S, running, until
from tests.rig import RunningEngine, running_engine

pytestmark = pytest.mark.skipif(
    shutil.which("jack_midiseq") is None or shutil.which("jack_midi_dump") is None,
    reason="jack_midiseq or jack_midi_dump is not installed: apt-get install jackd2, or jack-example-tools")


@pytest.fixture
def engine(jack_server: str, tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "jack", connect=False, effects="bypass") as engine:
        yield engine


def test_jack_midiseq_plays_tao_whenever_it_is_there_and_its_notes_are_learned(engine: RunningEngine) -> None:
    client = engine.client
    client.ask(ConnectMidi(Direction.IN, 1, "beats"))
    for _ in range(2):
        with running("jack_midiseq", "beats", "12000", "0", "38", "4000"):
            assert client.wait(lambda s: s.status.midi.joined_in[0].startswith("beats:"), PATIENCE_S)
            assert client.wait(lambda s: "note 38" in s.status.midi.last, PATIENCE_S)
        assert client.wait(lambda s: s.status.midi.joined_in[0] == "", PATIENCE_S), "it has gone"
    client.ask(Learn("play"))
    with running("jack_midiseq", "beats", "24000", "0", "61", "4000"):
        assert client.wait(lambda s: "1:n61" in s.status.midi.controls, PATIENCE_S)
        assert client.wait(lambda s: s.meters.playing, PATIENCE_S), "the next note is the switch"


def test_jack_midi_dump_hears_tao_s_notes_and_its_panic(engine: RunningEngine, tmp_path: Path) -> None:
    client, heard = engine.client, tmp_path / "heard"
    client.ask(ConnectMidi(Direction.OUT, 1, "dump"))
    client.ask(SetRoute("kick", Route(1, 10, 36)))
    client.ask(SetStep("kick", 0, Step(1.0)))
    with running("jack_midi_dump", "dump", output=heard):
        assert client.wait(lambda s: s.status.midi.joined_out[0].startswith("dump:"), PATIENCE_S)
        client.ask(Play())
        assert until(lambda: " 99 24 7f" in heard.read_text()), heard.read_text()
        assert until(lambda: " 89 24 " in heard.read_text() or " 99 24 00" in heard.read_text())
        client.ask(Panic())
        assert until(lambda: " b9 78 00" in heard.read_text() and " b9 7b 00" in heard.read_text()), heard.read_text()
