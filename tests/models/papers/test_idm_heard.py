"""The step past the paper: kits that were never met are heard in the loop, and gaps are filled from an embedding."""

import numpy as np
import pytest

from models.papers.idm.grid import (
    EDGES,
    OFFSETS,
    SHAPE,
    SLOT_OF,
    in_slots,
    lead_frames,
    sound_of,
    sound_spectra,
    spread,
)
from models.papers.idm.heard import analysed
from models.papers.idm.heard_kit import heard_kit, masked_stems
from models.papers.idm.heard_plugins import HeardExtractor, HeardSeparator, opened
from models.papers.idm.sound_space import SoundSpace, space_of
from models.plugins import Onset, TempoGuess, Transcription
from models.separation.inputs import view_of
from models.sounds.rendering import add_circular
from models.training.evaluate.metrics import shot_scores, si_sdr
from tests.models.loops import RATE, noise

TEMPO = (TempoGuess(120.0, 4),)
FRAMES = 2 * RATE


def kick(hz: float = 55.0) -> np.ndarray:
    at = np.arange(round(0.3 * RATE)) / RATE
    return (np.sin(2 * np.pi * hz * (at + 0.02 * (1 - np.exp(-at / 0.02)))) * np.exp(-at / 0.08)).astype(np.float32)


def hihat() -> np.ndarray:
    at = np.arange(round(0.15 * RATE)) / RATE
    hiss = np.random.default_rng(4).standard_normal(len(at))
    return (0.3 * np.diff(hiss, prepend=0.0) * np.exp(-at / 0.03)).astype(np.float32)


SOUNDS = {"kick": kick(), "hihat": hihat()}
HITS = {"kick": [(0.0, 1.0), (0.75, 0.6), (1.0, 1.0)], "hihat": [(place / 4, 0.5 + 0.5 * (place % 2)) for place in
                                                               range(8)]}


def loop(hits: dict[str, list[tuple[float, float]]]) -> tuple[np.ndarray, dict[str, np.ndarray], Transcription]:
    """The audio (2, frames), its stems, and its hits."""
    stems = {name: np.zeros((1, FRAMES), np.float32) for name in hits}
    for name, own in hits.items():
        for time_s, velocity in own:
            add_circular(stems[name], SOUNDS[name][None] * velocity, round(time_s * RATE))
    onsets = [Onset(name, time_s, velocity) for name, own in hits.items() for time_s, velocity in own]
    stereo = {name: np.repeat(stem, 2, axis=0) for name, stem in stems.items()}
    audio = np.asarray(sum(stereo.values()), np.float32)
    return audio, stereo, Transcription(tuple(sorted(onsets, key=lambda hit: (hit.time_s, hit.track))), TEMPO)


def test_slots_divide_a_sound_without_gaps() -> None:
    assert EDGES[0] == 0 and EDGES[-1] == OFFSETS == len(SLOT_OF) and (np.diff(EDGES) > 0).all()
    slots = np.arange(SHAPE[1], dtype=np.float32)
    assert np.allclose(in_slots(spread(slots)), slots)


def test_a_sound_survives_its_spectra() -> None:
    view = view_of(FRAMES, RATE)
    sound = np.pad(kick(), (lead_frames(view), 0))
    back = sound_of(sound_spectra(sound, view), view)
    assert np.abs(back[lead_frames(view) : len(sound)] - kick()).max() < 1e-4


@pytest.fixture
def space() -> SoundSpace:
    rng = np.random.default_rng(3)
    return space_of(np.zeros(40, np.float32), rng.standard_normal((40, 3)).astype(np.float32),
                    np.full(40, 0.01, np.float32))


def test_a_sound_that_was_heard_clearly_is_believed(space: SoundSpace) -> None:
    cells = np.random.default_rng(1).standard_normal(40)
    assert np.abs(space.heard(cells, np.full(40, 1e6)) - cells).max() < 0.01


def test_a_sound_that_was_not_heard_is_the_mean(space: SoundSpace) -> None:
    assert np.abs(space.heard(np.full(40, 9.0), np.zeros(40))).max() < 1e-3


def test_half_a_sound_tells_the_other_half(space: SoundSpace) -> None:
    whole = space.loadings[:, :3] @ np.array([1.0, -0.5, 0.8])
    precision = np.where(np.arange(40) < 20, 1e3, 0.0)
    found = space.heard(np.where(precision > 0, whole, -5.0), precision)
    assert np.abs(found - whole)[20:].max() < 0.3


def test_unmet_sounds_come_out_of_a_loop() -> None:
    audio, stems, given = loop(HITS)
    made = HeardExtractor().extract(audio, RATE, {}, given)
    for name, sound in SOUNDS.items():
        scores = shot_scores(sound.astype(float), made.shots[name].audio.mean(axis=0).astype(float), RATE / 2)
        assert scores.si_sdr > 18.0
        assert si_sdr(stems[name][0].astype(float), made.stems[name][0].astype(float)) > 18.0
    velocities = {hit.time_s: hit.velocity for hit in made.transcription.of("kick")}
    assert abs(velocities[0.75] - 0.6) < 0.1


def test_hits_move_to_where_their_sound_fits() -> None:
    """All hits of a drum are then late by the same time, that of the hit which its one-shot begins with."""
    audio, _, true = loop(HITS)
    late_s = iter((0.002, -0.001, 0.0015, 0.0, 0.002, 0.001, 0.003, 0.002, 0.001, 0.0, 0.002))
    given = tuple(Onset(hit.track, hit.time_s + next(late_s), hit.velocity) for hit in true.onsets)
    made = HeardExtractor().extract(audio, RATE, {}, Transcription(given, TEMPO))
    length_s = FRAMES / RATE
    for track in SOUNDS:
        late = [min(((hit.time_s - one.time_s + 1.0) % length_s - 1.0 for one in true.of(track)), key=abs)
                for hit in made.transcription.of(track)]
        assert np.ptp(late) < 0.0005 and max(map(abs, late)) < 0.0035


def test_stems_add_up_to_the_loop() -> None:
    audio, _, given = loop(HITS)
    made = HeardExtractor().extract(audio, RATE, {}, given)
    for stems in (HeardSeparator().separate(audio, RATE, given), made.stems):
        assert stems.keys() == SOUNDS.keys()
        assert np.abs(sum(stems.values()) - audio).max() < 1e-4


def test_playing_the_kit_separates_better_than_masks_alone() -> None:
    audio, stems, given = loop(HITS)
    analysis = analysed(audio, RATE, given, opened(""))
    masked, played = masked_stems(analysis), heard_kit(audio, RATE, analysis).stems
    for name, true in stems.items():
        assert si_sdr(true[0].astype(float), played[name][0].astype(float)) > si_sdr(
            true[0].astype(float), masked[name][0].astype(float)) + 1.0


def test_a_drum_that_is_always_covered_gets_a_tail() -> None:
    audio, _, given = loop({"kick": [(0.0, 1.0), (1.0, 1.0)], "hihat": [(0.0, 0.05), (1.0, 0.05)]})
    made = HeardExtractor().extract(audio, RATE, {}, given)
    assert made.shots["hihat"].audio.shape[1] > 0.02 * RATE and np.isfinite(made.shots["hihat"].audio).all()


def test_corrected_hits_stay_and_any_drum_and_rate_will_do() -> None:
    hits = (Onset("perc 1", 0.0), Onset("perc 1", 0.5, 0.5), Onset("snare", 0.25))
    made = HeardExtractor().revise(noise(1.0, 48000), 48000, {}, Transcription(hits, TEMPO))
    assert sorted(hit.track for hit in made.transcription.onsets) == ["perc 1", "perc 1", "snare"]
    assert made.shots.keys() == {"perc 1", "snare"}


def test_the_same_loop_gives_the_same_kit() -> None:
    audio, _, given = loop(HITS)
    one, other = (HeardExtractor().extract(audio, RATE, {}, given).shots["kick"].audio for _ in range(2))
    assert np.array_equal(one, other)
