"""Whether what ships with Tao is there, and is what was shipped."""

import hashlib
from collections.abc import Iterator


def weights_at_fault() -> Iterator[tuple[str, str | None]]:
    """(name, what is wrong with it or None) of all weights that come with Tao."""
    from models.weights.shipped import SHIPPED  # loads torch

    for one in SHIPPED:
        if not one.path.is_file():
            yield one.name, "missing"
        elif hashlib.sha256(one.path.read_bytes()).hexdigest() != one.sha256:
            yield one.name, "damaged"
        else:
            yield one.name, None
