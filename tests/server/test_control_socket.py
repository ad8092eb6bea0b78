"""The control socket belongs to this user alone."""

import os
import selectors
import stat
import tempfile
from pathlib import Path

from engine.server.control_socket import ControlSocket


def test_the_control_socket_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with tempfile.TemporaryDirectory() as folder:  # a socket's path is short
            control = ControlSocket(Path(folder) / "engine.sock", tmp_path / "meters", selectors.DefaultSelector())
            try:
                assert stat.S_IMODE((Path(folder) / "engine.sock").stat().st_mode) == 0o600
            finally:
                control.close()
    finally:
        os.umask(before)
