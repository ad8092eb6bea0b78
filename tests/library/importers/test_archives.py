"""A small archive that unpacks to a lot costs one sentence, and neither time nor memory."""

import gzip
import io
import tarfile
import time
from pathlib import Path

import pytest

from engine.core.errors import UnreadableKit
from engine.library.importers import archives
from engine.library.importers.archives import TooLarge, file_called, files_in
from engine.library.importers.hydrogen import HydrogenKit
from engine.library.importing import import_file


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for name, content in files.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            made.addfile(head, io.BytesIO(content))
    return path


def test_files_are_read_by_name(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.h2drumkit", {"top/a.wav": b"1", "top/drumkit.xml": b"<a/>"})
    assert files_in(path) == {"top/a.wav": b"1", "top/drumkit.xml": b"<a/>"}
    assert file_called(path, "drumkit.xml") == ("top/", b"<a/>")
    assert file_called(path, "other.xml") is None


@pytest.mark.parametrize("first", ["zeros", "drumkit.xml"])
def test_an_archive_that_unpacks_to_too_much_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                            first: str) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 2_000_000)
    path = archive(tmp_path / "bomb.h2drumkit", {first: b"<a/>", "top/zeros": bytes(3_000_000)})
    assert path.stat().st_size < 20_000
    with pytest.raises(TooLarge, match=r"bomb\.h2drumkit unpacks to more than 2 MB"):
        HydrogenKit().read(path)
    with pytest.raises(UnreadableKit, match="not read"):
        import_file(path)


def test_an_archive_of_very_many_files_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 50)
    path = archive(tmp_path / "many.h2drumkit", {f"{number}": b"" for number in range(60)})
    with pytest.raises(TooLarge, match="holds more than 50 files"):
        import_file(path)


def test_a_header_that_announces_gigabytes_costs_nothing(tmp_path: Path) -> None:
    head = tarfile.TarInfo("top/huge")
    head.size = 1 << 40
    pax = tarfile.TarInfo("pax")
    pax.type, pax.size = tarfile.XHDTYPE, 1 << 40
    for number, content in enumerate((head.tobuf(), pax.tobuf())):
        path = tmp_path / f"{number}.h2drumkit"
        path.write_bytes(gzip.compress(content + bytes(10_000)))
        began_s = time.process_time()
        with pytest.raises(UnreadableKit):
            files_in(path)
        assert time.process_time() - began_s < 5.0


def test_a_sparse_file_counts_as_long_as_it_is(tmp_path: Path) -> None:
    lines = b"1\n0\n1099511627776\n"  # GNU sparse 1.0: one piece, from 0, of a terabyte
    records = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "top/a.wav",
               "GNU.sparse.realsize": str(1 << 40)}
    with tarfile.open(tmp_path / "sparse.h2drumkit", "w:gz", format=tarfile.PAX_FORMAT) as made:
        head = tarfile.TarInfo("top/a.wav")
        head.size, head.pax_headers = 512, records
        made.addfile(head, io.BytesIO(lines.ljust(512, b"\0")))
    with pytest.raises(UnreadableKit):
        files_in(tmp_path / "sparse.h2drumkit")


def test_a_damaged_archive_is_one_sentence(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.h2drumkit", {"top/drumkit.xml": bytes(range(256)) * 200})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableKit, match="damaged"):
        files_in(path)
    path.write_bytes(whole[:30] + b"\xff" * 20 + whole[50:])
    assert file_called(path, "drumkit.xml") is None
