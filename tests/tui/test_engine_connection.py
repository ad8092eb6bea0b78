"""The engine's client has all that the screen needs of an engine, and so has the tests' fake."""

import inspect

import pytest

from engine.bridge.client import EngineClient
from tests.tui.fake import FakeEngine
from tui.engine_connection import EngineConnection

METHODS = [name for name, member in vars(EngineConnection).items() if inspect.isfunction(member) and name[0] != "_"]


@pytest.mark.parametrize("peer", [EngineClient, FakeEngine])
@pytest.mark.parametrize("name", METHODS)
def test_a_peer_takes_the_arguments_that_the_screen_gives(peer, name):
    wanted = list(inspect.signature(getattr(EngineConnection, name)).parameters)
    offered = inspect.signature(getattr(peer, name)).parameters
    assert list(offered)[: len(wanted)] == wanted
    extra = list(offered.values())[len(wanted) :]
    assert all(parameter.default is not inspect.Parameter.empty for parameter in extra)
