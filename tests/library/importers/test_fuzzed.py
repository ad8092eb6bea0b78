"""Whatever a stranger's file holds, an import ends with a kit, a pattern or one sentence."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.errors import TaoError
from engine.library.exporting import export
from engine.library.importing import as_decomposition, import_file
from tests.library.exporters.test_hydrogen import playable

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
pytestmark = pytest.mark.slow
edits = st.lists(st.tuples(st.floats(0.0, 1.0), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=6)
numbers = st.sampled_from(["", "-1", "1e400", "nan", "-inf", "999999999999", "x", "0", "10" * 200, "-0.0001", "1e-320"])


def edited(data: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    """The data with some bytes inserted, removed or replaced."""
    for where, new, removed in changes:
        at = int(where * len(data))
        data = data[:at] + new + data[at + removed:]
    return data


def imported(path: Path) -> None:
    """Import it, as a whole; only TaoError may come of it."""
    try:
        as_decomposition([import_file(path)], "fuzzed")
    except TaoError as problem:
        assert len(str(problem)) < 2000


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    stored = playable()
    files = [path for name in ("midi", "hydrogen", "hydrogen-song", "hydrogen-pattern", "sfz")
             for path in export(stored, name, folder)]
    return {path.suffix: path.read_bytes() for path in
            (next(path.glob("*.sfz")) if path.is_dir() else path for path in files)}


@pytest.mark.parametrize("suffix", [".mid", ".h2song", ".h2pattern", ".h2drumkit", ".sfz"])
@QUIET
@given(changes=edits)
def test_damaged_bytes(tmp_path: Path, originals: dict[str, bytes], suffix: str, changes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(edited(originals[suffix], changes))
    imported(path)


@pytest.mark.parametrize("suffix", [".h2song", ".h2pattern"])
@QUIET
@given(data=st.data())
def test_absurd_numbers_in_hydrogens_patterns(tmp_path: Path, originals: dict[str, bytes], suffix: str, data) -> None:
    (tmp_path / f"a{suffix}").write_text(absurd(originals[suffix].decode(), data, "<", ">"))
    imported(tmp_path / f"a{suffix}")


@QUIET
@given(data=st.data())
def test_absurd_numbers_in_drumkits(tmp_path: Path, originals: dict[str, bytes], data) -> None:
    with tarfile.open(fileobj=io.BytesIO(originals[".h2drumkit"])) as archive:
        members = [(member, archive.extractfile(member).read()) for member in archive.getmembers()]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for member, content in members:
            if member.name.endswith("xml"):
                content = absurd(content.decode(), data, "<", ">").encode()
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    (tmp_path / "a.h2drumkit").write_bytes(gzip.compress(packed.getvalue(), 1))
    imported(tmp_path / "a.h2drumkit")


@QUIET
@given(data=st.data())
def test_absurd_numbers_in_sfz(tmp_path: Path, originals: dict[str, bytes], data) -> None:
    (folder,) = tmp_path.glob("play sfz*") if list(tmp_path.glob("play sfz*")) else export(playable(), "sfz", tmp_path)
    lines = originals[".sfz"].decode().splitlines()
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        name, equals, _ = lines[at].partition("=")
        lines[at] = f"{name}={data.draw(numbers)}" if equals and name != "sample" else lines[at]
    (folder / "a.sfz").write_text("\n".join(lines))
    imported(folder / "a.sfz")


def absurd(text: str, data: st.DataObject, opening: str, closing: str) -> str:
    """The text with some of what lies between a closing and an opening mark replaced."""
    parts = text.split(closing)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(parts) - 1))
        before, mark, after = parts[at].partition(opening)
        parts[at] = data.draw(numbers) + mark + after if mark and before.strip() else parts[at]
    return closing.join(parts)
