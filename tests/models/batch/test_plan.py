"""Which folder each file gets: never one twice, and the same one the next time."""

import json
from pathlib import Path

import pytest

from models.batch.inputs import inputs_of
from models.batch.made import sha256_of
from models.batch.plan import Plan, planned
from models.batch.settings import Settings, tao_version

SETTINGS = Settings("tao", "tao", "solve")
OUT = Path("out")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, content: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(content)


def finish(plan: Plan) -> None:
    """Do as if the jobs had been done: write what this test needs of a kit.json."""
    for job in plan.jobs:
        job.kit.mkdir(parents=True, exist_ok=True)
        made_by = {"tao": tao_version(), "settings": SETTINGS.to_json()}
        document = {"source": {"sha256": sha256_of(job.file)}, "made_by": made_by}
        (job.kit / "kit.json").write_text(json.dumps(document))


def plan_of(*named: str, overwrite: bool = False, settings: Settings = SETTINGS) -> Plan:
    return planned(inputs_of([Path(name) for name in named], [], OUT).files, OUT, settings, overwrite)


def folders(plan: Plan) -> dict[str, str]:
    return {str(job.file): str(job.kit.relative_to(OUT)) for job in plan.jobs}


def finished(plan: Plan) -> dict[str, str]:
    return {str(path): str(kit.relative_to(OUT)) for path, kit in plan.finished}


def test_files_of_the_same_name_never_share_a_folder_and_find_theirs_again() -> None:
    names = ["a/loop.wav", "b/loop.wav", "c/Loop.flac", "loop-2.wav"]
    for name in names:
        write(name, name)
    plan = plan_of(*names)
    given = folders(plan)
    assert len({folder.casefold() for folder in given.values()}) == 4
    finish(plan)
    assert finished(plan_of(*names)) == given
    assert finished(plan_of(*reversed(names))) == given
    assert finished(plan_of("b/loop.wav")) == {"b/loop.wav": given["b/loop.wav"]}, "whatever else is named"


def test_the_rest_goes_on_where_it_was_stopped() -> None:
    for name in ("a/loop.wav", "b/loop.wav"):
        write(name, name)
    plan = plan_of("a/loop.wav", "b/loop.wav")
    given = folders(plan)
    finish(Plan(jobs=plan.jobs[1:]))
    again = plan_of("a/loop.wav", "b/loop.wav")
    assert folders(again) == {"a/loop.wav": given["a/loop.wav"]}
    assert finished(again) == {"b/loop.wav": given["b/loop.wav"]}


def test_a_file_and_a_folder_of_one_name_do_not_meet() -> None:
    write("packs/break.wav", "1")
    write("packs/break/hat.wav", "2")
    plan = plan_of("packs")
    assert folders(plan) == {"packs/break.wav": "break-2", "packs/break/hat.wav": "break/hat"}
    finish(plan)
    assert len(plan_of("packs").finished) == 2


def test_a_file_that_has_changed_gets_a_kit_of_its_own_and_the_old_one_stays() -> None:
    write("loop.wav", "old")
    finish(plan_of("loop.wav"))
    write("loop.wav", "new")
    assert folders(plan_of("loop.wav")) == {"loop.wav": "loop-2"}
    assert folders(plan_of("loop.wav", overwrite=True)) == {"loop.wav": "loop"}


def test_a_kit_of_other_settings_is_only_replaced_on_request() -> None:
    write("loop.wav", "1")
    finish(plan_of("loop.wav"))
    other = Settings("tao", "tao", "solve", beats=8)
    plan = plan_of("loop.wav", settings=other)
    assert not plan.jobs and not plan.finished and "--overwrite" in plan.refused[0].words
    (job,) = plan_of("loop.wav", settings=other, overwrite=True).jobs
    assert job.overwrite and job.kit == OUT / "loop"


def test_overwriting_does_all_again_each_in_its_own_folder() -> None:
    for name in ("a/loop.wav", "b/loop.wav"):
        write(name, name)
    plan = plan_of("a/loop.wav", "b/loop.wav")
    finish(plan)
    assert folders(plan_of("a/loop.wav", "b/loop.wav", overwrite=True)) == folders(plan)
    assert folders(plan_of("b/loop.wav", overwrite=True)) == {"b/loop.wav": folders(plan)["b/loop.wav"]}


@pytest.mark.parametrize("in_the_way", ["out/loop/notes.txt", "out/loop"])
def test_what_is_in_the_way_stays(in_the_way: str) -> None:
    write("loop.wav", "1")
    write(in_the_way, "mine")
    assert folders(plan_of("loop.wav")) == {"loop.wav": "loop-2"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"source": 3, "made_by": []}', '{"source": {"sha256": 3}}'])
def test_a_damaged_kit_is_no_kit(text: str) -> None:
    write("loop.wav", "1")
    write("out/loop/kit.json", text)
    assert folders(plan_of("loop.wav")) == {"loop.wav": "loop-2"}
