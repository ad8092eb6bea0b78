"""A kit that was played live is the same when its folder is opened again: every slot, step and sound."""

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from engine.core.errors import UnreadableKit
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import PlayedLoop, overview
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Track
from engine.core.timeline import PPQN, Ticks
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.library.kits.live_kit import LiveKit, same_recording
from models.storing import opened
from tests import strategies
from tests.library.values import RATE, rich_decomposition, sound
from tests.sounds import bank

LOOP, REST = sound(11, RATE), sound(12, RATE)


def played(patterns: tuple[Pattern | None, ...] = (), slot: int = 0, **changes: object) -> LiveKit:
    """A rich kit in a machine with these patterns in its other slots, and a loop of four beats."""
    rich = rich_decomposition()
    slots = (*patterns, *(None,) * (16 - len(patterns)))
    slots = (*slots[:slot], rich.pattern, *slots[slot + 1 :])
    loop = PlayedLoop(sample_id(LOOP), len(LOOP), 2, "take 1", sample_id(REST), overview(LOOP))
    return replace(LiveKit(rich.kit, slots, slot, loop, 120.0), **changes)


def samples() -> dict[str, np.ndarray]:
    return {**rich_decomposition().samples, sample_id(LOOP): LOOP, sample_id(REST): REST}


def test_all_slots_tempo_and_sounds_without_a_track_come_back(tmp_path: Path) -> None:
    other = Pattern((Track("kick", (None,) * 7, 3, 0.7), Track("ride", (None,) * 4)), 5, 0.6, 7)
    spare = sound(21, 500)
    live = played((None, other), slot=4, bpm=133.25)
    kit = Kit("rich", {**live.kit.one_shots, "spare": OneShot(sample_id(spare), 500, choke_group=3)})
    live = replace(live, kit=kit)
    write_folder(tmp_path / "kit", live.stored({**samples(), sample_id(spare): spare}, RATE))
    done = opened(read_folder(tmp_path / "kit"), RATE)
    assert done.kit == kit and done.pattern == live.patterns[4]
    assert done.as_played.stored_patterns == (None, other, *(None,) * 14) and done.as_played.slot == 4
    assert done.as_played.bpm == 133.25 and done.loop == live.loop
    assert np.array_equal(done.samples[sample_id(spare)], spare)


@pytest.mark.slow
@settings(max_examples=10, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@given(strategies.machines(sample_rate=8000))
def test_any_machine_is_the_same_when_its_folder_is_opened(tmp_path_factory: pytest.TempPathFactory,
                                                         machine: Machine) -> None:
    sounds = bank()
    live = LiveKit.of(machine)
    folder = tmp_path_factory.mktemp("kits") / "any"
    write_folder(folder, live.stored(sounds, 8000))
    stored = read_folder(folder)
    patterns = (*stored.as_played.stored_patterns[: live.slot], stored.pattern,
                *stored.as_played.stored_patterns[live.slot + 1 :])
    assert patterns == live.patterns and stored.as_played.slot == live.slot
    assert stored.kit.one_shots.keys() == live.kit.one_shots.keys()
    for name, shot in live.kit.one_shots.items():
        read = stored.kit.one_shots[name]
        assert np.array_equal(stored.samples[read.sample], sounds[shot.sample][: shot.frames])
        assert replace(read, sample=shot.sample, layers=()) == replace(shot, layers=())
        assert [replace(layer, sample="") for layer in read.layers] == [replace(layer, sample="")
                                                                       for layer in shot.layers]


def test_a_moved_downbeat_moves_the_loop_and_what_was_heard_in_it(tmp_path: Path) -> None:
    live = played()
    assert live.loop is not None
    before = replace(rich_decomposition(), loop=LOOP, stems={"kick": LOOP})
    moved = replace(live, loop=replace(live.loop, downbeat_ticks=Ticks(PPQN // 2)))
    stored = moved.stored(samples(), RATE, before)
    assert stored.as_played.downbeat_frames == RATE // 4
    for audio in (stored.loop, stored.stems["kick"]):
        assert np.array_equal(audio, np.roll(LOOP, -RATE // 4, axis=0))
    assert [onset.time_s for onset in stored.onsets["kick"]] == pytest.approx([0.12, 0.75])
    assert [onset.time_s for onset in stored.candidates["kick"]] == pytest.approx([0.15])
    assert same_recording(stored, live, samples(), RATE)
    back = live.stored(samples(), RATE, stored)
    assert np.array_equal(back.stems["kick"], LOOP) and np.array_equal(back.loop, LOOP)


def test_a_drum_that_was_renamed_keeps_its_stem_and_its_hits() -> None:
    live = played()
    shots = dict(live.kit.one_shots)
    shots["tom"] = shots.pop("kick")
    stored = replace(live, kit=Kit("rich", shots)).stored(samples(), RATE, replace(rich_decomposition(), loop=LOOP))
    assert stored.stems.keys() == {"tom"} and stored.onsets.keys() == {"tom"}
    assert stored.candidates.keys() == {"tom"} and stored.second_names == {"tom": "snare"}
    assert stored.unknown_of_track == {"tom": {"colour": "red"}} and stored.source.name == "take.wav"


def test_the_match_is_of_the_kit_as_it_was_solved() -> None:
    live, rich = played(), rich_decomposition()
    assert live.stored(samples(), RATE, replace(rich, loop=LOOP)).match == 0.875
    edited = replace(live, patterns=(rich.pattern.silent, *live.patterns[1:]))
    assert edited.stored(samples(), RATE, replace(rich, loop=LOOP)).match is None


def test_a_kit_without_a_recording_has_its_pattern_as_the_loop(tmp_path: Path) -> None:
    stored = played(loop=None).stored(samples(), RATE)
    assert len(stored.loop) == RATE and np.abs(stored.loop).max() > 0.01
    write_folder(tmp_path / "kit", stored)
    assert read_folder(tmp_path / "kit").kit == stored.kit


def test_only_the_part_of_a_sound_that_is_played_is_written() -> None:
    live = played()
    short = replace(live.kit.one_shots["kick"], frames=100, layers=())
    stored = replace(live, kit=Kit("rich", {"kick": short})).stored(samples(), RATE)
    assert len(stored.samples[stored.kit.one_shots["kick"].sample]) == 100


@pytest.mark.parametrize("changes", [{"slot": 17}, {"slot": 0}, {"patterns": [{"slot": 1, "tracks": []}]},
                                     {"patterns": [{"slot": 99, "tracks": [{"name": "kick"}]}]},
                                     {"played_bpm": 1000}, {"loop_beats": -1}, {"sounds": 3}])
def test_impossible_slots_are_one_sentence(tmp_path: Path, changes: dict[str, object]) -> None:
    write_folder(tmp_path / "kit", played().stored(samples(), RATE))
    path = tmp_path / "kit" / "kit.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(UnreadableKit):
        read_folder(tmp_path / "kit")


def test_audio_that_stays_the_same_is_not_written_again(tmp_path: Path) -> None:
    live = played()
    write_folder(tmp_path / "kit", live.stored(samples(), RATE))
    began = time.time()
    while int(time.time()) == int(began):  # a WAV may note the second it was written in
        time.sleep(0.05)
    before = {path.name: path.stat().st_ino for path in (tmp_path / "kit").rglob("*.wav")}
    shot = replace(live.kit.one_shots["hihat"], sample=sample_id(LOOP), frames=len(LOOP))
    live = replace(live, kit=Kit("rich", {**live.kit.one_shots, "hihat": shot}))
    write_folder(tmp_path / "kit", live.stored(samples(), RATE))
    after = {path.name: path.stat().st_ino for path in (tmp_path / "kit").rglob("*.wav")}
    assert {name for name in before if before[name] != after[name]} == {"hihat.wav"}
    assert all(path.stat().st_nlink == 1 for path in (tmp_path / "kit").rglob("*.wav"))


def test_tracks_whose_names_make_the_same_file_have_files_of_their_own(tmp_path: Path) -> None:
    live = played()
    shots = {"a/b": live.kit.one_shots["kick"], "A_B": live.kit.one_shots["hihat"]}
    pattern = Pattern(tuple(Track(name, (None,) * 8) for name in shots), 2)
    live = replace(live, kit=Kit("rich", shots), patterns=(pattern, *live.patterns[1:]))
    write_folder(tmp_path / "kit", live.stored(samples(), RATE))
    assert read_folder(tmp_path / "kit").kit.one_shots == shots
