"""SFZ as others write it: groups, notes by name, backslashes, comments, opcodes on one line."""

from pathlib import Path

import pytest

from engine.core.errors import UnreadableKit
from engine.library.audio_files import write_wav
from engine.library.importers.sfz import SfzKit, parse
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


@pytest.mark.parametrize("name", ["10" * 200, "a\0b"])
def test_a_sound_with_a_name_that_no_file_can_have_costs_that_sound(tmp_path: Path, name: str) -> None:
    write_wav(tmp_path / "kick.wav", sound(1), RATE)
    (tmp_path / "kit.sfz").write_text(f"<region> sample=kick.wav key=36\n<region> sample=snare{name}.wav key=38")
    found = SfzKit().read(tmp_path / "kit.sfz")
    assert set(found.kit.one_shots) == {"kick"} and len(found.remarks) == 1 and len(found.remarks[0]) < 200
