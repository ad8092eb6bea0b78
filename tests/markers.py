"""Which tests need a server: found by what they call, so that nobody has to remember to mark them.

A test is marked `server` when it, one of its fixtures, or a function of the tests that either of them calls speaks of
something in STARTERS. What starts a server in another way is stopped by `refuse_servers` and has to be marked by hand.
"""

import inspect
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

STARTERS = {"private_jack", "mortal_jack", "running_engine", "start_process", "start_engine", "HTTPServer", "openpty",
            "LinkSession"}


def needs_server(item: pytest.Item) -> bool:
    """Whether the test or any of its fixtures leads to a starter of servers."""
    if not isinstance(item, pytest.Function):
        return False
    fixtures = [made.func for named in item._fixtureinfo.name2fixturedefs.values() for made in named]
    return any(leads_to_starter(function) for function in (item.function, *fixtures))


def leads_to_starter(function: Callable[..., Any]) -> bool:
    """Whether the function, or one of ours that it calls, speaks of a starter."""
    return _leads_to_starter(function, set())


def _leads_to_starter(function: Callable[..., Any], seen: set[Callable[..., Any]]) -> bool:
    function = inspect.unwrap(function)
    if function in seen or not inspect.isfunction(function):
        return False
    seen.add(function)
    names = set(_names_in(function.__code__))
    if names & STARTERS:
        return True
    called = [function.__globals__.get(name) for name in names]
    return any(_leads_to_starter(one, seen) for one in called
               if callable(one) and getattr(one, "__module__", "").startswith(("tests.", "benchmarks.")))


def _names_in(code: CodeType) -> Iterator[str]:
    """Every global name and attribute in a function's code, and in the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def refuse_servers(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook's answer: AssertionError where a JACK server, an engine process or a network socket would begin.

    It sees what the tests' own process does, not what the processes do that it starts.
    """
    if event == "subprocess.Popen":
        words = [os.fsdecode(word) for word in arguments[1]]
        if Path(words[0]).name == "jackd" or "engine.server" in words:
            raise AssertionError(f"This test starts {' '.join(words)!r}: mark it with pytest.mark.server.")
    if event in ("socket.bind", "socket.connect") and arguments[0].family != socket.AF_UNIX:
        raise AssertionError(f"This test uses the network at {arguments[1]}: mark it with pytest.mark.server.")
