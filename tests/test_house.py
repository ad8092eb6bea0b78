"""The house is in order: what the project file says is what lies on the disk."""

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_listed_and_every_listed_package_is_there() -> None:
    there = {".".join(path.parent.relative_to(ROOT).parts) for top in ("engine", "models", "tui")
             for path in (ROOT / top).rglob("__init__.py")}
    assert there == set(PROJECT["tool"]["setuptools"]["packages"])


def test_every_plugin_that_is_promised_can_be_loaded() -> None:
    for group, promised in PROJECT["project"]["entry-points"].items():
        installed = {point.name: point for point in entry_points(group=group)}
        for name in promised:
            assert installed[name].load().name == name


def test_the_two_commands_and_the_licence_are_where_people_look() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme and "make test" in readme
    assert (ROOT / "LICENSE").is_file() and (ROOT / "CHANGELOG.md").is_file()
