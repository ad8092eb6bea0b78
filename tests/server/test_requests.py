"""Whatever a client can ask for has somebody who carries it out."""

from typing import get_args
from unittest.mock import Mock

from engine.core.commands import Command
from engine.core.requests import Request
from engine.server.requests import handlers


def test_every_request_has_one_handler_and_no_command_has() -> None:
    table = handlers(Mock())
    assert table.keys() == set(get_args(Request))
    assert not table.keys() & set(get_args(Command))
