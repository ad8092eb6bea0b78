"""One-shots from a described pack, or from anyone's folder."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import TaoError, UsageError
from models.training.synthesis.bank import RATE, Bank, Fold, Sounds, drum_of_name, joined, read_sounds


@pytest.mark.parametrize(("name", "drum"), [("Kick_01", "kick"), ("SD 2", "snare"), ("hh_open", "hihat"),
                                            ("Crash-L", "crash"), ("909 tom hi", "tom"), ("clap", "snare"),
                                            ("ride_bell", "ride"), ("cowbell", "other"), ("readme", None)])
def test_a_file_name_tells_its_drum(name: str, drum: str | None) -> None:
    assert drum_of_name(name) == drum


def test_a_folder_of_samples_is_a_bank(samples: Path, sounds: Sounds) -> None:
    bank = Bank(read_sounds(samples, "train"))
    assert len(bank.sounds.shots) == len(sounds.shots)
    assert bank.full_kits == ["computed_00", "computed_01"]
    assert all(len(bank.of_drum[drum]) == 8 for drum in range(6))


def test_a_folder_without_drums_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(TaoError, match=r"name files after their drums"):
        read_sounds(tmp_path, "train")


def test_joined_collections_keep_every_sound(sounds: Sounds) -> None:
    both = joined(sounds, sounds)
    last, shot = both.shots[-1], sounds.shots[-1]
    assert np.array_equal(both.audio[last.start : last.start + last.frames],
                          sounds.audio[shot.start : shot.start + shot.frames])


def test_silence_before_a_hit_is_cut(tmp_path: Path) -> None:
    hit = np.exp(-np.arange(4000) / 800)
    for name, lead in (("kick_1", 0), ("kick_2", 9000)):
        soundfile.write(tmp_path / f"{name}.wav", np.concatenate([np.zeros(lead), 0.5 * hit]), RATE, subtype="FLOAT")
    sounds = read_sounds(tmp_path, "train")
    peaks = [int(np.abs(sounds.audio[shot.start : shot.start + shot.frames]).argmax()) for shot in sounds.shots]
    assert peaks == [0, RATE // 1000]


def test_a_fold_takes_whole_families(sounds: Sounds) -> None:
    rest, fold = Fold(1, 2).split(sounds)
    assert {shot.family for shot in fold.shots} == {"computed_01"}
    assert {shot.family for shot in rest.shots} == {"computed_00"}
    assert len(rest.shots) + len(fold.shots) == len(sounds.shots)
    assert Bank(fold).kits == ["computed_01"]


@pytest.mark.parametrize("text", ["4/4", "1", "a/b", "-1/3"])
def test_a_fold_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="fold"):
        Fold.named(text)


def described(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    """A pack with these one-shots: file, family, instrument."""
    table = ["path,class,kit,split,license_tier,velocity_layer,family,instrument"]
    for file, family, instrument in rows:
        path = folder / "oneshots" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.exp(-np.arange(2000) / 400), RATE)
        table.append(f"{file},ride,{path.parent.name},train,permissive,,{family},{instrument}")
    (folder / "oneshots" / "oneshots.csv").write_text("\n".join(table) + "\n")
    return folder


def test_a_kit_whose_name_has_a_v_in_it_is_not_one_sound(tmp_path: Path) -> None:
    pack = described(tmp_path, [("h2_varibreaks/ride_01_v1.flac", "a", ""), ("h2_varibreaks/ride_01_v2.flac", "a", ""),
                                ("h2_varibreaks/ride_02.flac", "a", "")])
    assert [len(group) for group in read_sounds(pack, "train").groups] == [2, 1]


def test_an_instrument_is_drawn_as_often_as_another_however_many_takes_it_has(tmp_path: Path) -> None:
    takes = [(f"big/ride_{number:02d}.flac", "a", "ride_a") for number in range(5)]
    pack = described(tmp_path, [*takes, ("big/bell_01.flac", "a", "ride_b"), ("other/ride_01.flac", "b", "ride_a")])
    families = Bank(read_sounds(pack, "train")).families[4]
    assert [[len(instrument) for instrument in family] for family in families] == [[5, 1], [1]]
