"""Sounds swapped while the music plays: on their boundary, made to fit, taken back by undo, replayed to the bit."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.commands import Boundary, Play, SetLock
from engine.core.errors import InvalidValue, TaoError
from engine.core.requests import (
    AuditionSound,
    BrowseSounds,
    FitOptions,
    SoundSource,
    SwapKit,
    SwapNextSound,
    SwapSound,
)
from engine.library.index.building import update
from engine.library.index.database import Index
from engine.library.index.places import Places
from engine.library.kits.kit_folder import write_folder
from engine.live.browser import Browser
from engine.live.library import Library
from engine.sessions.replay import replay
from tests.library.index.shelf import kit as library_kit
from tests.library.values import rich_decomposition
from tests.live.test_conductor import RATE, Room

AS_IT_IS = FitOptions(False, False, False, False)


class Shop:
    """A room with a browser, a kit that plays, and a folder with one hit."""

    def __init__(self, folder: Path) -> None:
        self.room = Room(folder)
        self.browser = Browser(self.room.conductor, folder / "data", self.room.notices)
        self.files = folder / "files"
        self.files.mkdir()
        self.hit = (0.25 * np.random.default_rng(8).standard_normal((3000, 2)) *
                    np.exp(-np.arange(3000) / 500)[:, None]).astype(np.float32)
        soundfile.write(self.files / "hit.wav", self.hit, RATE, subtype="FLOAT")
        self.room.load("kit a")
        self.room.conductor.perform(Play())
        self.room.play(20)

    def settle(self) -> None:
        """Wait for the helper, and take what it has done."""
        end = time.monotonic() + 20.0
        while self.browser.waiting and time.monotonic() < end:
            self.browser.step()
            time.sleep(0.005)
        assert not self.browser.waiting

    def browse(self, track: str, where: SoundSource = SoundSource.FOLDER) -> tuple[str, ...]:
        self.browser.browse(BrowseSounds(track, where, str(self.files)))
        self.settle()
        assert self.browser.sounds is not None
        return self.browser.sounds.names


@pytest.fixture
def shop(tmp_path: Path):
    shop = Shop(tmp_path)
    yield shop
    shop.browser.close()
    shop.room.journal.close()


def test_found_sounds_are_described_with_how_near_they_are(shop: Shop) -> None:
    present = shop.room.conductor.machine.kit.one_shots["kick"]
    audio = shop.room.bank[present.sample][: present.frames]
    soundfile.write(shop.files / "a copy.wav", 0.5 * audio, RATE, subtype="FLOAT")
    (shop.files / "no sound.wav").write_text("nothing")
    assert shop.browse("kick") == ("a copy.wav", "hit.wav", "no sound.wav")
    copy, hit, broken = shop.browser.sounds.facts
    assert copy.closeness > 0.95 > hit.closeness and broken is None
    assert hit.length_s == pytest.approx(3000 / RATE) and len(hit.picture) == 32 and max(hit.picture) == 255
    assert hit.level_db == pytest.approx(20 * np.log10(np.abs(shop.hit).max()), abs=0.01)
    shop.browse("kick", SoundSource.LOOP)
    assert len(shop.browser.sounds.facts) == len(shop.browser.sounds.names) > 0, "those of the kit, too"


def test_a_file_is_swapped_in_at_the_next_hit_and_undone(shop: Shop) -> None:
    assert shop.browse("snare") == ("hit.wav",)
    before = shop.room.conductor.machine.kit
    shop.browser.swap(SwapSound("snare", 0, AS_IT_IS), Boundary.NOW)
    shop.settle()
    shop.room.play(4)
    shot = shop.room.conductor.machine.kit.one_shots["snare"]
    assert np.array_equal(shop.room.bank[shot.sample], shop.hit) and shot.gain == 1.0
    shop.room.conductor.undo()
    shop.room.play(4)
    assert shop.room.conductor.machine.kit == before


def test_a_folder_that_is_not_there_is_a_sentence_and_an_empty_list(shop: Shop) -> None:
    shop.browse("snare")
    shop.files = shop.files / "gone"
    assert shop.browse("snare") == ()
    assert any("There is no folder" in notice.text for notice in shop.room.notices.newest)
    with pytest.raises(InvalidValue, match="not on the list"):
        shop.browser.audition(AuditionSound("snare", 0, AS_IT_IS))


def test_a_swap_may_wait_for_the_bar(shop: Shop) -> None:
    shop.browse("kick")
    shop.browser.swap(SwapSound("kick", 0), Boundary.BAR)
    shop.settle()
    assert shop.room.conductor.pending == ("another kick",)


def test_a_swapped_sound_is_as_loud_and_begins_as_the_old_one(shop: Shop) -> None:
    from engine.library.matching import leading_edge, loudness

    shop.browse("kick")
    old = shop.room.conductor.machine.kit.one_shots["kick"]
    shop.browser.swap(SwapSound("kick", 0, FitOptions()), Boundary.NOW)
    shop.settle()
    shop.room.play(4)
    new = shop.room.conductor.machine.kit.one_shots["kick"]
    heard, wanted = (shop.room.bank[shot.sample] * shot.gain for shot in (new, old))
    assert loudness(heard, RATE) == pytest.approx(loudness(wanted, RATE), rel=0.01)
    assert leading_edge(heard) == leading_edge(wanted)


def test_a_locked_lane_keeps_its_sound(shop: Shop) -> None:
    shop.room.conductor.perform(SetLock("kick", True))
    shop.room.play(4)
    shop.browse("kick")
    with pytest.raises(InvalidValue, match="locked"):
        shop.browser.swap(SwapSound("kick", 0), Boundary.NOW)


def test_a_whole_kit_is_swapped_but_for_locked_lanes(shop: Shop, tmp_path: Path) -> None:
    write_folder(tmp_path / "data" / "old", rich_decomposition())
    shop.room.conductor.perform(SetLock("hihat", True))
    shop.room.play(4)
    before = shop.room.conductor.machine.kit.one_shots
    assert shop.browse("kick", SoundSource.KITS) == ("old: kick", "old: hihat")
    shop.browser.swap_kit(SwapKit("old", AS_IT_IS), Boundary.NOW)
    shop.settle()
    shop.room.play(4)
    after = shop.room.conductor.machine.kit
    assert after.name == "old" and after.one_shots["hihat"] == before["hihat"]
    assert after.one_shots["kick"] != before["kick"] and after.one_shots["snare"] == before["snare"]


def test_n_goes_round_the_hits_of_the_kit(shop: Shop) -> None:
    names = []
    for _ in range(3):
        shop.browser.swap_next(SwapNextSound("kick", 1, AS_IT_IS), Boundary.NOW)
        shop.settle()
        shop.room.play(4)
        assert shop.browser.sounds is not None
        names.append(shop.browser.sounds.names[shop.browser.sounds.chosen])
    assert names == ["hit hihat", "hit snare", "hit hihat"]


def test_a_sound_is_heard_beside_the_music_without_being_swapped(shop: Shop) -> None:
    shop.browse("kick")
    before = shop.room.conductor.machine.kit
    shop.browser.audition(AuditionSound("kick", 0, AS_IT_IS))
    shop.settle()
    shop.room.play(60)
    assert shop.room.conductor.machine.kit == before
    assert (shop.room.processor.memory["voices"]["is_pad"] != 0).any()  # a pad's voice


def test_a_missing_file_and_a_number_that_is_not_there_are_told(shop: Shop) -> None:
    shop.browse("kick")
    (shop.files / "hit.wav").unlink()
    shop.browser.swap(SwapSound("kick", 0), Boundary.NOW)
    shop.settle()
    assert "choose another" in shop.room.notices.newest[-1].text.lower()
    with pytest.raises(TaoError, match="not on the list"):
        shop.browser.swap(SwapSound("kick", 7), Boundary.NOW)


def test_swaps_and_auditions_are_replayed_to_the_bit(shop: Shop) -> None:
    for turn in range(8):
        track = ("kick", "snare", "hihat")[turn % 3]
        shop.browser.swap_next(SwapNextSound(track, 1, FitOptions(tuning=True, decay=True)), Boundary.NOW)
        shop.settle()
        shop.room.play(30)
        shop.browser.audition(AuditionSound(track, 0))
        shop.settle()
        shop.room.play(40)
    shop.room.journal.close()
    heard = np.concatenate(shop.room.heard)
    assert np.array_equal(replay(shop.room.folder, len(heard)), heard)


@pytest.fixture
def library(shop: Shop, tmp_path: Path) -> Iterator[Library]:
    """A library with one kit besides the shop's folder, for the shop's browser."""
    write_folder(tmp_path / "data" / "amen", library_kit("amen", 2))
    places = Places(tmp_path / "cache" / "library.sqlite", tmp_path / "library.json", (tmp_path / "data",))
    places.add(shop.files)
    Index(places.index).ask(lambda known: update(known, places.folders()))
    shop.browser.close()
    kept = Library(places, tmp_path / "data")
    shop.browser = Browser(shop.room.conductor, tmp_path / "data", shop.room.notices, kept)
    yield kept
    kept.close()


def names(shop: Shop, words: str = "", where: SoundSource = SoundSource.LIBRARY) -> tuple[str, ...]:
    shop.browser.browse(BrowseSounds("kick", where, words))
    shop.settle()
    assert shop.browser.sounds is not None and shop.browser.sounds.path == words
    return shop.browser.sounds.names


def test_the_library_offers_the_sounds_nearest_to_the_present_one(shop: Shop, library: Library) -> None:
    shop.browse("kick")
    shop.browser.swap(SwapSound("kick", 0, AS_IT_IS), Boundary.NOW)
    shop.settle()
    shop.room.play(4)
    found = names(shop)
    assert found[0] == "hit  100%  the sound you have" and {name.split("  ")[0] for name in found} == {
        "hit", "amen: kick", "amen: snare"}
    assert [name.split("  ")[0] for name in names(shop, "am sna")] == ["amen: snare"]


def test_a_sound_of_the_library_is_auditioned_and_swapped_in(shop: Shop, library: Library) -> None:
    assert len(names(shop, "hit")) == 1
    shop.browser.audition(AuditionSound("kick", 0, AS_IT_IS))
    shop.settle()
    shop.browser.swap(SwapSound("kick", 0, AS_IT_IS), Boundary.NOW)
    shop.settle()
    shop.room.play(60)
    shot = shop.room.conductor.machine.kit.one_shots["kick"]
    assert np.array_equal(shop.room.bank[shot.sample], shop.hit)
    with pytest.raises(InvalidValue, match="no kit"):
        shop.browser.kit_folder(0)


def test_kits_are_found_by_the_present_pattern_and_swapped_in_whole(shop: Shop, library: Library,
                                                                     tmp_path: Path) -> None:
    (name,) = names(shop, where=SoundSource.PATTERNS)
    assert name.startswith("amen: 94 BPM  ") and name.endswith("%")
    assert shop.browser.kit_folder(0) == tmp_path / "data" / "amen"
    shop.browser.audition(AuditionSound("kick", 0, AS_IT_IS))
    shop.settle()
    before = shop.room.conductor.machine.kit.one_shots
    shop.browser.swap_kit(SwapKit("amen", AS_IT_IS), Boundary.NOW)
    shop.settle()
    shop.room.play(4)
    after = shop.room.conductor.machine.kit
    assert after.name == "amen" and after.one_shots["kick"] != before["kick"]


def test_of_many_searches_while_typing_only_the_newest_counts(shop: Shop, library: Library) -> None:
    for words in ("h", "hi", "hit", "am", "ame"):
        shop.browser.browse(BrowseSounds("kick", SoundSource.LIBRARY, words))
    shop.settle()
    assert shop.browser.sounds is not None and shop.browser.sounds.path == "ame"
    assert {name.split("  ")[0] for name in shop.browser.sounds.names} == {"amen: kick", "amen: snare"}


def test_a_library_that_is_read_for_the_first_time_answers_when_that_is_done(shop: Shop, library: Library) -> None:
    library.places.index.unlink()
    shop.browser.browse(BrowseSounds("kick", SoundSource.LIBRARY, "amen"))
    end = time.monotonic() + 60.0
    while not (shop.browser.sounds and shop.browser.sounds.names):
        shop.browser.step()
        time.sleep(0.01)
        assert time.monotonic() < end


def test_a_library_that_is_still_being_read_says_so(shop: Shop, library: Library) -> None:
    slow = Library(replace(library.places, index=library.places.index.with_name("new")), library.places.own[0],
                   (sys.executable, "-c", "import time; time.sleep(600)"))
    shop.browser.close()
    shop.browser = Browser(shop.room.conductor, library.places.own[0], shop.room.notices, slow)
    try:
        assert names(shop, "amen") == () and "reading your library" in shop.room.notices.newest[-1].text
    finally:
        slow.close()


def test_an_engine_without_a_library_says_so(shop: Shop) -> None:
    with pytest.raises(InvalidValue, match="without a library"):
        shop.browser.browse(BrowseSounds("kick", SoundSource.LIBRARY))
