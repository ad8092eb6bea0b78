"""SFZ as others write it: groups, notes by name, backslashes, comments, opcodes on one line."""

from pathlib import Path

import pytest

from engine.core.errors import UnreadableKit
from engine.library.audio_files import write_wav
from engine.library.importers.sfz import parse
from engine.library.importing import import_file
from tests.library.values import RATE, sound

TEXT = r"""
// a comment
<control> default_path=My Samples\
<global> volume=-6
<group> key=f#2 pitch_keycenter=42 group=1 off_by=1  // hats share a group
<region> sample=Closed Hat.wav lovel=1 hivel=63
<region> sample=Open Hat.wav lovel=64 pan=-50 volume=0
<group> key=36 ampeg_decay=0.2 ampeg_sustain=0
<region> sample=kick.wav
tune=-50 cutoff=2000
"""


def test_regions_inherit_from_their_headers() -> None:
    regions = parse(TEXT)
    assert [region["sample"] for region in regions] == ["Closed Hat.wav", "Open Hat.wav", "kick.wav"]
    assert [region["volume"] for region in regions] == ["-6", "0", "-6"] and "off_by" not in regions[2]


def test_a_strangers_instrument_becomes_a_kit(tmp_path: Path) -> None:
    (tmp_path / "My Samples").mkdir()
    for number, name in enumerate(("Closed Hat", "Open Hat", "kick")):
        write_wav(tmp_path / "My Samples" / f"{name}.wav", sound(number), RATE)
    (tmp_path / "kit.sfz").write_text(TEXT)
    kit = import_file(tmp_path / "kit.sfz").kit.one_shots
    hat, kick = kit["hihat"], kit["kick"]
    assert (hat.midi_note, hat.choke_group, hat.pitch_semitones) == (42, 0, 0.0)
    assert [zone[0] for zone in hat.zones] == [0.0, 64 / 127] and hat.layers[0].gain == pytest.approx(1.995, abs=0.001)
    assert (kick.decay_s, kick.cutoff_hz, kick.pitch_semitones, kick.gain) == (
        0.2, 2000.0, pytest.approx(-24.0), pytest.approx(0.501, abs=0.001))


def test_an_instrument_without_sounds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kit.sfz").write_text("<region> sample=none.wav key=36")
    with pytest.raises(UnreadableKit, match="names no sounds"):
        import_file(tmp_path / "kit.sfz")
