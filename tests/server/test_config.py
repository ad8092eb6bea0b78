"""config.toml: its keys are the flags' names; what is no setting is refused with its name and the nearest one."""

import re
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import TaoError, UsageError
from engine.server.config import read_config, write_setting
from tao_live import cli


def config(folder: Path, content: str | bytes) -> dict[str, Any]:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "config.toml").write_bytes(data)
    return read_config(folder / "config.toml", cli)


def test_settings_and_tables_are_read(tmp_path: Path) -> None:
    assert config(tmp_path, 'audio = "jack"\n[decompose]\nbeats = 8\n') == {"audio": "jack", "decompose": {"beats": 8}}


def test_keys_are_the_names_of_flags(tmp_path: Path) -> None:
    written = 'sample-rate = 44100\nblock = 256\ninput = "USB"\nlink = true\nkeys = ["record=r,f5"]\n'
    assert config(tmp_path, written) == {"sample_rate": 44100, "block_frames": 256, "input_device": "USB", "link": True,
                                         "keys": ["record=r,f5"]}


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert read_config(tmp_path / "config.toml", cli) == {}


@pytest.mark.parametrize("content", [b"audio = ", b"\xff\xfe", b"a = " + b"[" * 100_000, b"n = " + b"9" * 5000])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UsageError, match=r"config\.toml is not valid TOML .*Fix it, or move it away"):
        config(tmp_path, content)


@pytest.mark.parametrize(("content", "said"), [
    ('audoi = "jack"', "there is no setting 'audoi'. Did you mean 'audio'?"),
    ("block_frames = 128", "no setting 'block_frames'"), ("sample_rate = 48000", "Did you mean 'sample-rate'?"),
    ("[decompose]\nbeat = 8", "[decompose]: there is no setting 'beat'. Did you mean 'beats'?"),
    ("xyzzy = 1", "Settings: another, ascii, attach, audio"), ("decompose = 3", "a table, [decompose]"),
    ("link = 1", "link is true or false"), ('keys = "record=r"', "keys takes a list"), ("block = [1]", "one value"),
    ("block = 7", "block: "), ('audio = "alsa"', "audio: "), ("device = {}", "one value"), ("block = inf", "block: "),
    ("version = true", "no setting")])
def test_what_is_no_setting_is_refused_in_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as refused:
        config(tmp_path, content)
    assert "\n" not in str(refused.value) and str(tmp_path) in str(refused.value)


@pytest.mark.parametrize(("before", "after"), [
    ("", 'theme = "light"\n'),
    ('# mine\naudio = "jack"\ntheme = "sixteen"  # old\n\n[decompose]\nbeats = 8\n',
     '# mine\naudio = "jack"\ntheme = "light"\n\n[decompose]\nbeats = 8\n'),
    ('[decompose]\nbeats = 8\n', 'theme = "light"\n[decompose]\nbeats = 8\n')])
def test_a_setting_is_kept_and_the_rest_of_the_file_stays(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "new" / "config.toml"
    if before:
        file.parent.mkdir()
        file.write_text(before)
    write_setting(file, "theme", "light")
    assert file.read_text() == after and read_config(file, cli)["theme"] == "light"


@pytest.mark.parametrize("before", ['theme = """\nlight"""\n', '"theme" = "sixteen"\n', "audio = "])
def test_a_file_that_cannot_be_changed_safely_stays_as_it_is(tmp_path: Path, before: str) -> None:
    (tmp_path / "config.toml").write_text(before)
    with pytest.raises(TaoError, match="Write it there yourself"):
        write_setting(tmp_path / "config.toml", "theme", "light")
    assert (tmp_path / "config.toml").read_text() == before
