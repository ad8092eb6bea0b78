"""Weights that do not come with Tao: where they are, what they must be, and how they get here."""

import contextlib
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.core.errors import TaoError, UsageError, WeightsMissing

_BLOCK = 1 << 20
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Fetchable:
    """A file elsewhere. sha256: what it must be; terms: told to whoever fetches it."""

    name: str
    url: str
    sha256: str
    terms: str

    @property
    def file(self) -> str:
        """Its name."""
        return self.url.rpartition("/")[2]


DRUMSEP = Fetchable(
    "drumsep",
    "https://github.com/openmirlab/mdxnet-infer/releases/download/weights-drumsep-v1/"
    "aufr33-jarredou_DrumSep_model_mdx23c_ep_141_sdr_10.8059.ckpt",
    "d2a4aa53eb584d21eead358a4e66d1882ad182911be018f052b5da73be9096d0",
    "MDX23C DrumSep by aufr33 and jarredou. Its makers published no licence and copies of it claim different ones, "
    "so use it for non-commercial purposes only.")
FETCHABLE = (DRUMSEP,)


def fetchable(name: str) -> Fetchable:
    """The file called so. Raises UsageError, naming what there is."""
    for one in FETCHABLE:
        if one.name == name:
            return one
    raise UsageError(f"No model called {name!r} can be fetched; there are: {', '.join(one.name for one in FETCHABLE)}.")


def data_folder() -> Path:
    """Where fetched weights lie."""
    return platformdirs.user_data_path("tao") / "models"


def fetched_path(one: Fetchable, folder: Path | None = None) -> Path:
    """The fetched file. Raises WeightsMissing when it is not there or not what it must be."""
    path = (folder or data_folder()) / one.file
    if not path.is_file():
        raise WeightsMissing(f"The weights of {one.name} are not there: fetch them with "
                             f"`tao_live.py models get {one.name}`. {one.terms}")
    found = _sha256(path)
    if found != one.sha256:
        raise WeightsMissing(f"{path} is not what it should be (SHA-256 {one.sha256[:12]}... expected, {found[:12]}... "
                             f"found): fetch it again with `tao_live.py models get {one.name}`.")
    return path


def fetch(one: Fetchable, report: Callable[[str], None], folder: Path | None = None) -> Path:
    """Fetch the file unless it is there already, and check it. Raises TaoError when it does not come,
    WeightsMissing when something else comes; what was there before is kept then."""
    folder = folder or data_folder()
    report(one.terms)
    path = folder / one.file
    if path.is_file() and _sha256(path) == one.sha256:
        report(f"{path} is there already.")
        return path
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(one.url, timeout=_TIMEOUT_S) as source, part.open("wb") as out:
            while block := source.read(_BLOCK):
                out.write(block)
        found = _sha256(part)
        if found != one.sha256:
            raise WeightsMissing(f"What came from {one.url} is not {one.name}: SHA-256 {one.sha256[:12]}... was "
                                 f"expected, {found[:12]}... came. Nothing was kept.")
        part.replace(path)
    except urllib.error.URLError as error:
        raise TaoError(f"{one.url} could not be fetched ({error.reason}): check the connection, or put the file into "
                       f"{folder} yourself.") from error
    except http.client.HTTPException as error:
        raise TaoError(f"{one.url} could not be fetched ({error or type(error).__name__}): check the connection, "
                       "then try again.") from error
    except OSError as error:
        raise TaoError(f"{path} could not be written ({error.strerror}): make room, or set XDG_DATA_HOME.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    report(f"{path}: {path.stat().st_size / 1e6:.0f} MB, SHA-256 as it must be.")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
