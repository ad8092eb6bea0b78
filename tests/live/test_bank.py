"""The sample bank keeps what may still be heard, and takes nothing that could hurt."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bridge.messages import SampleRef
from engine.bridge.segments import write_segment
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import PlayedLoop
from engine.core.machine import empty_machine
from engine.live.bank import SampleBank

AUDIO = np.random.default_rng(4).standard_normal((500, 2)).astype(np.float32)
MACHINE = empty_machine(48000)


def announced(folder: Path, audio: np.ndarray) -> dict[str, SampleRef]:
    segment, _ = write_segment(folder, [audio])
    return {sample_id(audio): SampleRef(segment, 0, len(audio))}


def test_samples_come_out_of_shared_memory_and_leave_no_file(tmp_path: Path) -> None:
    bank = SampleBank()
    bank.attach(announced(tmp_path, AUDIO))
    assert np.array_equal(bank[sample_id(AUDIO)], AUDIO) and not list(tmp_path.iterdir())


def test_the_same_audio_again_does_not_move_what_may_be_sounding(tmp_path: Path) -> None:
    bank = SampleBank()
    address = bank[bank.add(AUDIO)].ctypes.data
    bank.add(AUDIO.copy())
    bank.attach(announced(tmp_path, AUDIO))
    assert bank[sample_id(AUDIO)].ctypes.data == address


def test_a_sample_with_nan_is_refused(tmp_path: Path) -> None:
    poisoned = AUDIO.copy()
    poisoned[3, 1] = np.nan
    with pytest.raises(InvalidValue, match="NaN"):
        SampleBank().attach(announced(tmp_path, poisoned))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "XYZ", "ab"])
def test_an_id_is_never_a_path(tmp_path: Path, name: str) -> None:
    (ref,) = announced(tmp_path, AUDIO).values()
    with pytest.raises(InvalidValue, match="hexadecimal"):
        SampleBank().attach({name: ref})


def test_a_segment_that_ends_too_early_is_one_sentence(tmp_path: Path) -> None:
    ((name, ref),) = announced(tmp_path, AUDIO).items()
    with pytest.raises(TaoError, match="incomplete"):
        SampleBank().attach({name: replace(ref, frames=501)})


def test_a_machine_is_checked_against_what_is_there() -> None:
    bank = SampleBank()
    name = bank.add(AUDIO)
    bank.check(replace(MACHINE, kit=Kit("k", {"kick": OneShot(name, 500)})))
    with pytest.raises(InvalidValue, match="not loaded"):
        bank.check(replace(MACHINE, kit=Kit("k", {"kick": OneShot("ab" * 8, 500)})))
    with pytest.raises(InvalidValue, match="incomplete"):
        bank.check(replace(MACHINE, kit=Kit("k", {"kick": OneShot(name, 501)})))
    with pytest.raises(InvalidValue, match="incomplete"):
        bank.check(replace(MACHINE, loop=PlayedLoop(name, 501, 4)))


def test_what_sounds_or_may_come_back_stays() -> None:
    bank = SampleBank()
    played, undone, sounding, gone = (bank.add(AUDIO + number) for number in range(4))
    machines = [replace(MACHINE, kit=Kit("k", {"kick": OneShot(played, 500)})),
                replace(MACHINE, loop=PlayedLoop(undone, 500, 4))]
    bank.retire(machines, {bank[sounding].ctypes.data})
    assert set(bank) == {played, undone, sounding} and gone not in bank
    assert bank.bytes == 3 * AUDIO.nbytes
