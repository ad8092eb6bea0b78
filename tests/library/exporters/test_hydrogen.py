"""Hydrogen itself finds its drumkits, patterns and songs valid, and plays them as Tao does."""

import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.kit import Kit, Layer, OneShot, sample_id
from engine.core.pattern import Pattern, Step, Track
from engine.core.step import Overrides
from engine.core.timeline import Ticks
from engine.library.exporting import export
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.mixdown import mixdown
from engine.library.strokes import all_strokes
from tests.library.foreign import run, schema_errors
from tests.library.values import RATE, rich_decomposition, sound

SCHEMAS = Path("/usr/share/hydrogen/data/xsd")
pytestmark = pytest.mark.slow


def tone(hz: float, length_s: float = 0.2) -> np.ndarray:
    """A tone that dies away, (frames, 2) float32."""
    t = np.arange(round(RATE * length_s)) / RATE
    one = 0.4 * np.sin(2 * np.pi * hz * t) * np.minimum(1.0, t / 0.001) * np.exp(-t / (length_s / 3))
    return np.repeat(one[:, None], 2, axis=1).astype(np.float32)


def playable() -> StoredDecomposition:
    """A bar with layers, round robins, level, pan, pitch, envelope, choking (the ride cuts itself too), microtiming, a
    ratchet and a condition."""
    kick, soft, other, hat, ring = tone(90), tone(120), tone(100), tone(2000, 0.1), tone(700, 1.0)
    kit = Kit("play", {
        "kick": OneShot(sample_id(kick), len(kick), gain=0.8, pan=-0.5, layers=(
            Layer(sample_id(other), len(other), 0.0), Layer(sample_id(soft), len(soft), 0.6, 0.7))),
        "hihat": OneShot(sample_id(hat), len(hat), gain=0.5, pitch_semitones=5.0, decay_s=0.05, choke_group=1,
                         midi_note=42, cutoff_hz=3000.0),
        "ride": OneShot(sample_id(ring), len(ring), choke_group=1, midi_note=51)})
    beat = Step(1.0, Ticks(-13)), None, Step(0.5, Ticks(11), ratchet=2), None
    pattern = Pattern((
        Track("kick", (*beat, *beat, Step(0.4), None, Step(0.4), None, *beat)),
        Track("hihat", (None, None, Step(0.7), None, None, None, Step(0.7, condition=(2, 2)), None)),
        Track("ride", (None,) * 4 + (Step(0.8, overrides=Overrides(pitch_semitones=2.0)), *(None,) * 7,
                                       Step(1.0), Step(0.3), None, None))), 4)
    samples = {sample_id(audio): audio for audio in (kick, soft, other, hat, ring)}
    return StoredDecomposition(120.0, RATE, kit, pattern, samples, tone(50, 2.0))


def drumkit_xml(path: Path) -> bytes:
    """The document in a drumkit."""
    with tarfile.open(path) as archive:
        name = next(name for name in archive.getnames() if name.endswith("drumkit.xml"))
        return archive.extractfile(name).read()


@pytest.mark.parametrize("make", [rich_decomposition, playable])
def test_hydrogen_calls_the_drumkit_valid(tmp_path: Path, make) -> None:
    (path,) = export(make(), "hydrogen", tmp_path)
    assert schema_errors(drumkit_xml(path), SCHEMAS / "drumkit.xsd") == []
    assert "is valid" in run(tmp_path, "h2cli", "-c", path)


@pytest.mark.parametrize("make", [rich_decomposition, playable])
def test_patterns_follow_hydrogens_schema(tmp_path: Path, make) -> None:
    (path,) = export(make(), "hydrogen-pattern", tmp_path)
    assert schema_errors(path.read_bytes(), SCHEMAS / "drumkit_pattern.xsd") == []


def test_hydrogen_plays_the_song_as_tao_does(tmp_path: Path) -> None:
    stored = playable()
    (kit,), (song,) = export(stored, "hydrogen", tmp_path), export(stored, "hydrogen-song", tmp_path)
    run(tmp_path, "h2cli", "-i", kit)
    run(tmp_path, "h2cli", "-s", song, "-d", "alsa", "-r", RATE, "-b", 24, "-o", tmp_path / "song.wav")
    theirs, rate = soundfile.read(tmp_path / "song.wav", dtype="float32")
    end, played = all_strokes(stored)
    ours = mixdown(stored.kit, stored.samples, RATE, played, end, stored.tempo_bpm)
    assert rate == RATE
    frames = min(len(ours), len(theirs))
    difference = theirs[:frames] - ours[:frames]
    worst_db = 10 * np.log10((difference**2).sum() / (ours**2).sum())
    assert worst_db < -22.0, f"Hydrogen's song differs from Tao's by {worst_db:.1f} dB"


def test_a_drum_above_full_scale_keeps_its_level(tmp_path: Path) -> None:
    stored, loud = playable(), np.float32(3.0) * sound(9, 2000)
    kit = Kit("loud", {"kick": OneShot(sample_id(loud), len(loud), gain=0.25)})
    (path,) = export(replace(stored, kit=kit, samples={sample_id(loud): loud}), "hydrogen", tmp_path)
    peak = float(np.abs(loud).max())
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    audio, _ = soundfile.read(tmp_path / "loud" / "kick.wav")
    assert np.abs(audio).max() == pytest.approx(1.0, abs=1e-4)
    assert f"<gain>{peak:.4f}"[:10] in drumkit_xml(path).decode()
