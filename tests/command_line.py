"""Calling the command line as a user does, in this process."""

import sys

import pytest

import tao_live


def run(*arguments: object, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one call."""
    monkeypatch.setattr(sys, "argv", ["tao_live.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        tao_live.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err
