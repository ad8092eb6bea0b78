"""Zerberus, MuseScore's SFZ player, plays a kit as Tao does: levels, layers, round robins, choking, decay."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.kit import Kit, Layer, OneShot, sample_id
from engine.core.pattern import Pattern, Step, Track
from engine.library.export_settings import ExportSettings
from engine.library.exporting import export
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.midi_file import write_midi
from engine.library.mixdown import mixdown
from engine.library.strokes import all_strokes
from tests.library.foreign import run

RATE, FRAMES, STEP_S = 44100, 22050, 0.25
KICK, ROBIN, HARD, SNARE, OPEN, CLOSED = 300, 450, 700, 1000, 3000, 4300  # each recording is a tone of this many Hz
NOT_THERE_DB = -45.0


def tone(hz: int) -> np.ndarray:
    """A decaying tone, (FRAMES, 2) float32."""
    at_s = np.arange(FRAMES) / RATE
    one = 0.5 * np.sin(2 * np.pi * hz * at_s) * np.exp(-at_s / (0.6 if hz == OPEN else 0.12))
    return np.stack([one, one], axis=1).astype(np.float32)


def steps(text: str) -> tuple[Step | None, ...]:
    """Eighths: a digit is a velocity in ninths."""
    return tuple(None if mark == "." else Step(int(mark) / 9) for mark in text)


@pytest.fixture
def stored() -> StoredDecomposition:
    """Hard kicks, then two soft ones in turn; a loud and a softer snare; an open hat that a closed one cuts."""
    sounds = {hz: tone(hz) for hz in (KICK, ROBIN, HARD, SNARE, OPEN, CLOSED)}
    names = {hz: sample_id(sound) for hz, sound in sounds.items()}
    kit = Kit("played", {
        "kick": OneShot(names[KICK], FRAMES, midi_note=36,
                        layers=(Layer(names[ROBIN], FRAMES, 0.0), Layer(names[HARD], FRAMES, 0.6))),
        "snare": OneShot(names[SNARE], FRAMES, gain=0.5, midi_note=38),
        "open": OneShot(names[OPEN], FRAMES, midi_note=46, choke_group=1),
        "hihat": OneShot(names[CLOSED], FRAMES, midi_note=42, choke_group=1)})
    pattern = Pattern((Track("kick", steps("9.9.3.3."), 2), Track("snare", steps(".9...9.."), 2),
                       Track("open", steps("......9."), 2), Track("hihat", steps(".......9"), 2)), 4)
    return StoredDecomposition(120.0, RATE, kit, pattern, {names[hz]: sound for hz, sound in sounds.items()},
                               np.zeros((2 * RATE, 2), np.float32))


def played_by_zerberus(stored: StoredDecomposition, home: Path) -> np.ndarray:
    """The pattern as MuseScore renders it with the exported kit: its score of our MIDI file, on Zerberus."""
    fonts = home / "Documents" / "MuseScore3" / "SoundFonts"
    fonts.mkdir(parents=True)
    export(stored, "sfz", fonts, ExportSettings(bits=16))
    notes = {name: shot.midi_note for name, shot in stored.kit.one_shots.items()}
    write_midi(home / "a.mid", stored.pattern, stored.tempo_bpm, notes)
    run(home, "mscore3", "-o", home / "a.mscx", home / "a.mid", timeout_s=600.0)
    score = (home / "a.mscx").read_text(encoding="utf-8")
    score = score.replace("<synti>Fluid</synti>", "<synti>Zerberus</synti>").replace(
        "<Score>", '<Score><Synthesizer><Zerberus><val id="0">played.sfz</val></Zerberus></Synthesizer>', 1)
    (home / "b.mscx").write_text(score, encoding="utf-8")
    run(home, "mscore3", "-o", home / "b.wav", home / "b.mscx", timeout_s=600.0)
    return soundfile.read(home / "b.wav", dtype="float32")[0]


def level_db(audio: np.ndarray, step: int, hz: int) -> float:
    """How loud a tone is in the tenth of a second after a step begins."""
    first = int(step * STEP_S * RATE) + 200
    part = audio[first : first + 4000].mean(axis=1)
    return 20 * float(np.log10(abs(np.exp(-2j * np.pi * hz * np.arange(4000) / RATE) @ part) / 4000 + 1e-9))


@pytest.mark.slow
def test_zerberus_plays_levels_layers_turns_chokes_and_decays_as_tao_does(stored, tmp_path: Path) -> None:
    theirs = played_by_zerberus(stored, tmp_path)
    end, strokes = all_strokes(stored)
    ours = mixdown(stored.kit, stored.samples, RATE, strokes, end, stored.tempo_bpm)
    apart = {place: level_db(theirs, *place) - level_db(ours, *place)
             for place in [(0, HARD), (2, HARD), (1, SNARE), (5, SNARE), (6, OPEN), (7, CLOSED)]}
    assert max(apart.values()) - min(apart.values()) < 6.0, f"at full velocity, levels differ by one gain: {apart}"
    rung = level_db(theirs, 1, HARD) - level_db(theirs, 0, HARD)
    assert rung == pytest.approx(level_db(ours, 1, HARD) - level_db(ours, 0, HARD), abs=6.0)
    for audio in (theirs, ours):
        soft = [level_db(audio, 4, KICK), level_db(audio, 6, ROBIN)]
        others = [level_db(audio, 4, ROBIN), level_db(audio, 6, HARD), level_db(audio, 0, ROBIN)]
        assert min(soft) > -38.0 and max(others) < NOT_THERE_DB, "soft hits have their own sounds, in turn"
        assert level_db(audio, 7, OPEN) < level_db(audio, 6, OPEN) - 15.0, "the closed hat cuts the open one"
