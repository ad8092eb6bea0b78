"""A process that is asked one question at a time."""

import sys
from collections.abc import Callable, Iterator

import pytest

from engine.bridge.asked_process import AskedProcess, NoAnswer
from engine.core.errors import TaoError

ECHO = """
import sys
from engine.bridge.wire import read_frame, write_frame
while (data := read_frame(sys.stdin.buffer)) is not None:
    if data == b"die": sys.exit(7)
    if data == b"wait": sys.stdin.buffer.read()
    if data == b"babble": sys.stdout.buffer.write(b"\\xff" * 8); sys.stdout.buffer.flush(); continue
    write_frame(sys.stdout.buffer, data[::-1])
    sys.stdout.buffer.write(b"and more"); sys.stdout.buffer.flush()
"""


@pytest.fixture
def started() -> Iterator[Callable[[float], AskedProcess]]:
    made: list[AskedProcess] = []

    def start(patience_s: float = 60.0) -> AskedProcess:
        made.append(AskedProcess("The echo", (sys.executable, "-c", ECHO), patience_s))
        return made[-1]

    yield start
    for one in made:
        one.give_up()


def test_it_answers_and_what_follows_an_answer_is_read_as_far_as_wanted(started) -> None:
    message, following = started().ask(b"abc")
    assert (message, following(8)) == (b"cba", b"and more")


@pytest.mark.parametrize("question", [b"die", b"babble"])
def test_a_process_that_fails_gives_no_answer_and_the_next_question_another_process(started, question: bytes) -> None:
    echo = started()
    with pytest.raises(NoAnswer):
        echo.ask(question)
    first = echo.running
    assert echo.give_up() is not None and echo.running is None and echo.give_up() is None
    assert echo.ask(b"abc")[0] == b"cba" and echo.running is not first


def test_one_that_takes_too_long_gives_no_answer(started) -> None:
    echo = started(0.2)
    with pytest.raises(NoAnswer):
        echo.ask(b"wait")
    assert echo.give_up() == -9


@pytest.mark.parametrize("end", [lambda echo: echo.kill(), lambda echo: echo.finish(60.0)])
def test_once_ended_it_is_not_started_again(started, end) -> None:
    echo = started()
    echo.ask(b"abc")[1](8)
    process = echo.running
    end(echo)
    assert process is not None and process.wait(60.0) in (0, -9)
    with pytest.raises(TaoError, match="ending"):
        echo.ask(b"abc")


def test_a_program_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(TaoError, match=r"The echo does not start: .* Free some memory"):
        AskedProcess("The echo", ("/no/such/program",), 1.0).ask(b"abc")
