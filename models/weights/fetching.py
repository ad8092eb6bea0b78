"""Weights that do not come with Tao: where to fetch them, and which hash they must have."""

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
    """A file to download. terms: shown before the download."""

    name: str
    url: str
    sha256: str
    terms: str

    @property
    def file(self) -> str:
        """The file's name."""
        return self.url.rpartition("/")[2]


DRUMSEP = Fetchable(
    "drumsep",
    "https://github.com/openmirlab/mdxnet-infer/releases/download/weights-drumsep-v1/"
    "aufr33-jarredou_DrumSep_model_mdx23c_ep_141_sdr_10.8059.ckpt",
    "d2a4aa53eb584d21eead358a4e66d1882ad182911be018f052b5da73be9096d0",
    "MDX23C DrumSep by aufr33 and jarredou. The authors published no licence, and copies of it claim different ones, "
    "so use it for non-commercial purposes only.")
FETCHABLE = (DRUMSEP,)


def find_fetchable(name: str) -> Fetchable:
    """The download of that name. Raises UsageError, listing what there is."""
    for one in FETCHABLE:
        if one.name == name:
            return one
    raise UsageError(f"There are no weights named {name!r} to fetch. Available: "
                     f"{', '.join(one.name for one in FETCHABLE)}.")


def data_folder() -> Path:
    """The folder for fetched weights."""
    return platformdirs.user_data_path("tao") / "models"


def fetched_path(one: Fetchable, folder: Path | None = None) -> Path:
    """The fetched file. Raises WeightsMissing when it is missing or has another hash."""
    path = (folder or data_folder()) / one.file
    if not path.is_file():
        raise WeightsMissing(f"The weights of {one.name} have not been fetched yet. Fetch them with "
                             f"`tao_live.py models get {one.name}`. {one.terms}")
    found = _sha256(path)
    if found != one.sha256:
        raise WeightsMissing(f"{path} is damaged: its SHA-256 should be {one.sha256[:12]}... and is "
                             f"{found[:12]}... Fetch it again with `tao_live.py models get {one.name}`.")
    return path


def fetch(one: Fetchable, report: Callable[[str], None], folder: Path | None = None) -> Path:
    """Download the file unless it is there already, and check its hash.

    Raises TaoError when the download fails, WeightsMissing when the hash is wrong; an earlier file is kept then.
    """
    folder = folder or data_folder()
    report(one.terms)
    path = folder / one.file
    if path.is_file() and _sha256(path) == one.sha256:
        report(f"{path} is already there.")
        return path
    part = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(one.url, timeout=_TIMEOUT_S) as source, part.open("wb") as out:
            while block := source.read(_BLOCK):
                out.write(block)
        found = _sha256(part)
        if found != one.sha256:
            raise WeightsMissing(f"The file at {one.url} is not {one.name}: its SHA-256 should be "
                                 f"{one.sha256[:12]}... and is {found[:12]}... Nothing was saved.")
        part.replace(path)
    except urllib.error.URLError as error:
        raise TaoError(f"{one.url} could not be fetched ({error.reason}). Check your connection, or put the file into "
                       f"{folder} yourself.") from error
    except http.client.HTTPException as error:
        raise TaoError(f"{one.url} could not be fetched ({error or type(error).__name__}). Check your connection "
                       "and try again.") from error
    except OSError as error:
        raise TaoError(f"{path} could not be written ({error.strerror}). Free some disk space, or set "
                       "XDG_DATA_HOME.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    report(f"{path}: {path.stat().st_size / 1e6:.0f} MB, SHA-256 verified.")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
