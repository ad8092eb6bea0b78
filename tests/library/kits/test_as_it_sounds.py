"""What plays now becomes a decomposition with nothing left out."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.core.commands import SetRole, apply
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import PlayedLoop
from engine.core.machine import Machine
from engine.core.timeline import Ticks, Timeline
from engine.library.kits.as_it_sounds import as_it_sounds, with_heard_hits, with_stems
from engine.library.kits.decomposition import HeardOnset
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.library.mixdown import mixdown
from engine.library.strokes import all_strokes, heard_strokes
from tests.library.exporters.test_hydrogen import playable
from tests.library.values import RATE, rich_decomposition, sound

RICH = rich_decomposition()


def playing(bpm: float = 120.0) -> Machine:
    """A machine with everything that a step, a track and a one-shot can have."""
    return Machine(Timeline(bpm, RATE), RICH.pattern, RICH.kit)


def with_loop(machine: Machine, frames: int, downbeat_ticks: int = 0) -> tuple[Machine, dict[str, np.ndarray]]:
    """The machine with a recording of two beats and its residual beside it, and all samples."""
    audio, rest = sound(3, frames), sound(4, frames)
    loop = PlayedLoop(sample_id(audio), frames, 2, "take", sample_id(rest), downbeat_ticks=Ticks(downbeat_ticks))
    return replace(machine, loop=loop), {**RICH.samples, sample_id(audio): audio, sample_id(rest): rest}


def test_pattern_and_kit_come_back_from_the_folder_as_they_played(tmp_path: Path) -> None:
    machine = playing()
    write_folder(tmp_path / "kit", as_it_sounds(machine, RICH.samples))
    read = read_folder(tmp_path / "kit")
    assert (read.pattern, read.kit, read.tempo_bpm) == (machine.pattern, machine.kit, 120.0)
    assert all(np.array_equal(read.samples[name], RICH.samples[name]) for name in read.samples)


def test_a_renamed_drum_is_written_under_its_new_name() -> None:
    machine = apply(SetRole("hihat", "ride"), playing(), 0)
    stored = as_it_sounds(machine, RICH.samples)
    assert [track.name for track in stored.pattern.tracks] == ["kick", "ride", "tom"]
    assert set(stored.kit.one_shots) == {"kick", "ride"}


def test_a_sound_without_a_track_is_not_lost() -> None:
    machine = replace(playing(), kit=Kit("more", {**RICH.kit.one_shots, "clap": RICH.kit.one_shots["kick"]}))
    stored = as_it_sounds(machine, RICH.samples)
    assert stored.pattern.tracks[:3] == machine.pattern.tracks
    assert stored.pattern.tracks[3] == stored.pattern.track("clap").silent


def test_a_one_shot_holds_just_the_frames_it_plays() -> None:
    audio = sound(1)
    shot = OneShot(sample_id(audio), 400)
    stored = as_it_sounds(replace(playing(), kit=Kit("short", {"kick": shot})), {sample_id(audio): audio})
    found = stored.kit.one_shots["kick"]
    assert found == replace(shot, sample=sample_id(audio[:400]))
    assert np.array_equal(stored.samples[found.sample], audio[:400])


def test_the_recording_begins_with_its_downbeat() -> None:
    machine, samples = with_loop(playing(), RATE, downbeat_ticks=480)
    stored = as_it_sounds(machine, samples)
    assert np.array_equal(stored.loop, np.roll(sound(3, RATE), -RATE // 4, axis=0))
    assert np.array_equal(stored.residual, np.roll(sound(4, RATE), -RATE // 4, axis=0))
    assert stored.source.name == "take"


def test_the_recording_is_as_long_as_it_sounds_at_this_tempo() -> None:
    machine, samples = with_loop(playing(bpm=100.0), RATE)
    stored = as_it_sounds(machine, samples)
    assert len(stored.loop) == len(stored.residual) == RATE * 6 // 5 and stored.tempo_bpm == 100.0


def test_without_a_recording_of_its_length_the_loop_is_the_pattern_played() -> None:
    machine, samples = with_loop(playing(), RATE)
    longer = replace(machine, pattern=replace(machine.pattern, beats=4))
    for found in (as_it_sounds(playing(), samples), as_it_sounds(longer, samples)):
        end, played = all_strokes(found)
        heard = mixdown(found.kit, found.samples, RATE, played, min(end, found.pattern.ticks), 120.0)
        assert np.array_equal(found.loop, heard) and heard.any() and found.residual is None


def test_an_empty_kit_is_silence() -> None:
    stored = as_it_sounds(replace(playing(), kit=Kit("empty")), {})
    assert len(stored.loop) == RATE and not stored.loop.any()


def test_stems_add_up_to_what_plays_with_its_chokes() -> None:
    stored = with_stems(playable())
    end, played = all_strokes(stored)
    whole = mixdown(stored.kit, stored.samples, RATE, played, min(end, stored.pattern.ticks), stored.tempo_bpm)
    assert set(stored.stems) == {"kick", "hihat", "ride"}
    assert np.abs(sum(stored.stems.values()) - whole).max() < 1e-5
    alone = mixdown(stored.kit, stored.samples, RATE, {"ride": played["ride"]}, end, stored.tempo_bpm)
    assert np.abs(alone - stored.stems["ride"]).max() > 0.01, "the hi-hat cuts the ride, and so its stem"


def test_hits_as_heard_keep_their_place_at_another_tempo_and_from_another_downbeat() -> None:
    machine, samples = with_loop(playing(bpm=60.0), RATE, downbeat_ticks=960)
    kept = replace(RICH, loop=sound(3, RATE), onsets={
        "kick": (HeardOnset(0.5, 1.0), HeardOnset(0.75, 0.4)), "gone": (HeardOnset(0.0, 1.0),)})
    stored = with_heard_hits(as_it_sounds(machine, samples), machine.loop, kept)
    assert [(onset.time_s, onset.velocity) for onset in stored.onsets["kick"]] == [(0.0, 1.0), (0.5, 0.4)]
    assert set(stored.onsets) == {"kick"}
    assert [stroke.tick for stroke in heard_strokes(stored, stored.pattern.track("kick"))] == [0, 480]
