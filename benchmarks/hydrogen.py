"""Hydrogen without a window, with a song that beats a drum on every beat: a peer for benchmarks.peers."""

import os
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

DEMO = Path("/usr/share/hydrogen/data/demo_songs/GM_kit_demo1.h2song")
BARS, TICKS_PER_BEAT = 64, 48
CLOSED_HAT = "6"  # short enough for the quickest tempo
SETTINGS = """<hydrogen_preferences><audio_engine><audio_driver>JACK</audio_driver><jack_driver>
<jack_transport_mode>USE_JACK_TRANSPORT</jack_transport_mode><jack_timebase_enabled>true</jack_timebase_enabled>
<jack_transport_mode_master>{master}</jack_transport_mode_master><jack_connect_defaults>false</jack_connect_defaults>
</jack_driver></audio_engine></hydrogen_preferences>
"""


def missing() -> str | None:
    """What has to be installed; None if nothing."""
    return None if shutil.which("hydrogen") and DEMO.exists() else "hydrogen"


def command(folder: Path, bpm: float, leads: bool) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of a Hydrogen with a home of its own."""
    home = folder / "hydrogen"
    (home / ".hydrogen").mkdir(parents=True, exist_ok=True)
    master = "USE_JACK_TIME_MASTER" if leads else "NO_JACK_TIME_MASTER"
    (home / ".hydrogen" / "hydrogen.conf").write_text(SETTINGS.format(master=master))
    song = home / "beats.h2song"
    _write_song(song, bpm)
    environment = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return ["hydrogen", "-d", "jack", "-n", "-s", str(song)], environment


def _write_song(file: Path, bpm: float) -> None:
    """Hydrogen's own demo song, with one drum on every beat in place of its patterns."""
    song = ElementTree.parse(DEMO)
    root = song.getroot()
    for name, value in (("bpm", f"{bpm:g}"), ("humanize_time", "0"), ("humanize_velocity", "0"),
                        ("loopEnabled", "true"), ("patternModeMode", "false")):
        _child(root, name).text = value
    patterns, sequence = _child(root, "patternList"), _child(root, "patternSequence")
    for pattern in list(patterns)[1:]:
        patterns.remove(pattern)
    notes = _child(patterns[0], "noteList")
    note = notes[0]
    for old in list(notes):
        notes.remove(old)
    for beat in range(4):
        new = ElementTree.fromstring(ElementTree.tostring(note))
        for name, value in (("position", str(beat * TICKS_PER_BEAT)), ("velocity", "1"), ("instrument", CLOSED_HAT)):
            _child(new, name).text = value
        notes.append(new)
    group = sequence[0]
    for old in list(sequence):
        sequence.remove(old)
    sequence.extend(ElementTree.fromstring(ElementTree.tostring(group)) for _ in range(BARS))
    song.write(file)


def _child(node: ElementTree.Element, name: str) -> ElementTree.Element:
    """The node of that name, in whatever namespace the file has."""
    return next(child for child in node if child.tag.rpartition("}")[2] == name)
