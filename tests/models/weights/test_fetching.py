"""Weights that are fetched are what they must be, or nothing is kept."""

import hashlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from engine.core.errors import TaoError, UsageError, WeightsMissing
from models.weights.fetching import Fetchable, fetch, fetched_path, find_fetchable

CONTENT = b"numbers" * 1000
TERMS = "For tests only."


class Site(BaseHTTPRequestHandler):
    """Gives /good, half of /short, and nothing else."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if name not in ("good", "short"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if name == "good" else CONTENT[:3000])

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def site():
    """The address of a server of this machine, as long as the test lasts."""
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def wanted(url: str, content: bytes = CONTENT) -> Fetchable:
    return Fetchable("thing", url, hashlib.sha256(content).hexdigest(), TERMS)


def test_a_file_is_fetched_once_with_its_terms_told(site, tmp_path):
    said: list[str] = []
    thing = wanted(f"{site}/good")
    path = fetch(thing, said.append, tmp_path / "new")
    assert path.read_bytes() == CONTENT
    assert said[0] == TERMS
    assert fetched_path(thing, tmp_path / "new") == path
    path.touch()
    fetch(wanted("http://127.0.0.1:1/good"), said.append, tmp_path / "new")
    assert said[-1].endswith("is already there.")


def test_a_file_of_this_machine_is_fetched_alike(tmp_path):
    (tmp_path / "here").write_bytes(CONTENT)
    thing = wanted((tmp_path / "here").as_uri())
    assert fetch(thing, lambda line: None, tmp_path / "models").read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["good", "short"])
def test_what_is_not_what_was_wanted_is_not_kept(site, tmp_path, name):
    thing = wanted(f"{site}/{name}", b"other" if name == "good" else CONTENT)
    (tmp_path / name).write_bytes(b"before")
    with pytest.raises(TaoError, match=r"Nothing was saved\.|could not be fetched"):
        fetch(thing, lambda line: None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"before"


@pytest.mark.parametrize("url", ["{site}/missing", "http://127.0.0.1:1/good", "http://no-such-host.invalid/good"])
def test_no_connection_is_a_sentence_that_says_what_to_do(site, tmp_path, url):
    with pytest.raises(TaoError, match=r"could not be fetched.*Check your connection"):
        fetch(wanted(url.format(site=site)), lambda line: None, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_a_sentence(site, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TaoError, match="could not be written"):
        fetch(wanted(f"{site}/good"), lambda line: None, tmp_path / "file")


def test_a_missing_or_spoilt_file_says_how_to_fetch_it(tmp_path):
    thing = wanted("http://127.0.0.1:1/good")
    with pytest.raises(WeightsMissing, match=r"Fetch them with `tao_live.py models get thing`. For tests only\."):
        fetched_path(thing, tmp_path)
    (tmp_path / "good").write_bytes(b"spoilt")
    with pytest.raises(WeightsMissing, match=r"is damaged.*Fetch it again"):
        fetched_path(thing, tmp_path)


def test_an_unknown_name_is_answered_with_what_there_is():
    with pytest.raises(UsageError, match="Available: drumsep"):
        find_fetchable("magic")
