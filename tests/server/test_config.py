"""config.toml: read if it is there, and refused with its name if it is not TOML."""

from pathlib import Path

import pytest

from engine.core.errors import UsageError
from engine.server.config import read_config


def test_settings_and_tables_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('audio = "jack"\n[decompose]\nbeats = 8\n')
    assert read_config(tmp_path / "config.toml") == {"audio": "jack", "decompose": {"beats": 8}}


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert read_config(tmp_path / "config.toml") == {}


@pytest.mark.parametrize("content", [b"audio = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"config\.toml is not valid TOML .*Fix it, or move it away"):
        read_config(tmp_path / "config.toml")
