"""The plugins that the next job works with are chosen while the engine runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.errors import TaoError
from engine.core.methods import USUAL, Methods
from engine.core.requests import CaptureLast, ChooseMethod, Correct, Decompose, OpenAudio
from engine.core.snapshot import Status
from tests.rig import RunningEngine, running_engine

CHOSEN = Methods(separator="template-masks", extractor="select")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with running_engine(tmp_path, "null") as engine:
        yield engine


def mentions(status: Status) -> set[str]:
    """What the worker has said lately about working with what was chosen."""
    return {notice.text for notice in status.notices if notice.text.endswith(f"works with {CHOSEN.words}.")}


def test_every_job_after_a_choice_works_with_it(engine: RunningEngine, tmp_path: Path) -> None:
    client = engine.client
    client.ask(CaptureLast(4))
    assert client.wait(lambda s: s.status.machine.loop is not None and s.status.job is None and not s.status.pending,
                       15.0)
    assert client.snapshot().status.methods == USUAL
    for kind, name in CHOSEN.items():
        client.ask(ChooseMethod(kind, name))
    assert client.wait(lambda s: s.status.methods == CHOSEN, 5.0)
    seen: set[str] = set()
    for request in (Decompose(), Correct(), OpenAudio(str(tmp_path / "x.wav"))):
        client.ask(request)
        before = frozenset(seen)
        assert client.wait(lambda s, before=before: bool(mentions(s.status) - before) and s.status.job is None, 10.0)
        seen |= mentions(client.snapshot().status)


def test_a_plugin_that_is_not_installed_is_refused_and_changes_nothing(engine: RunningEngine) -> None:
    with pytest.raises(TaoError, match=r"No extractor is called 'nobody'\. Installed: .*solve"):
        engine.client.ask(ChooseMethod("extractor", "nobody"))
    assert engine.client.snapshot().status.methods == USUAL
