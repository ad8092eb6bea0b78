"""Which drum a sound is."""

import numpy as np
import pytest

from engine.library.importers.drums import drum_of_name, drum_of_sound, kept, name_of_note, says_nothing, track_names
from tests.library.values import RATE


@pytest.mark.parametrize(("name", "drum"), [
    ("BD_808", "kick"), ("Kick-Hard", "kick"), ("bd3", "kick"), ("Snare Rimshot", "snare"), ("SD01", "snare"),
    ("HatClosed-Soft", "hihat"), ("hi-hat open", "hihat"), ("HH.2", "hihat"), ("Floor Tom", "tom"), ("TomLow", "tom"),
    ("24Ride-1", "ride"), ("Crash", "crash"), ("Clap", None), ("Stick", None), ("sample 03", None), ("abdomen", None)])
def test_a_name_says_which_drum_it_is(name: str, drum: str | None) -> None:
    assert drum_of_name(name) == drum


def test_notes_are_named_by_general_midi() -> None:
    assert [name_of_note(note) for note in (35, 40, 37, 46, 60, 62, 20)] == [
        "kick", "snare", "rim", "hihat", "perc 1", "perc 3", "note 20"]


def test_only_an_empty_name_leaves_it_to_the_sound() -> None:
    assert says_nothing("Sample 03") and says_nothing("12") and not says_nothing("Clap")


def test_a_sound_without_a_name_is_judged_by_its_spectrum() -> None:
    t = np.arange(RATE // 2)[:, None] / RATE * np.ones((1, 2))
    hiss = np.random.default_rng(1).standard_normal(t.shape)
    low = np.sin(2 * np.pi * 60 * t) * np.exp(-t * 20)
    assert drum_of_sound(low.astype(np.float32), RATE) == "kick"
    assert drum_of_sound((hiss * np.exp(-t * 60)).astype(np.float32), RATE) == "hihat"


def test_every_track_gets_a_name_of_its_own() -> None:
    assert track_names([("Kick", "kick"), ("Kick 2", "kick"), ("Clap", None), ("clap", None), ("", None)]) == [
        "kick", "kick 2", "clap", "clap 2", "perc 1"]


def test_the_six_drums_are_kept_before_others() -> None:
    assert kept(["a", "b", "c", "d", "kick", "snare", "tom", "hihat", "ride", "crash"]) == [
        "a", "b", "kick", "snare", "tom", "hihat", "ride", "crash"]
