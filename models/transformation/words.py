"""What a transformation says about itself."""

from collections.abc import Mapping


def told_cast(cast: Mapping[str, str | None]) -> str | None:
    """Who plays the drums that the kit lacks, in one sentence; None where it lacks none."""
    played = [f"{by} plays the {drum}" for drum, by in cast.items() if by is not None]
    silent = [drum for drum, by in cast.items() if by is None]
    if silent:
        played.append(f"nothing plays the {' or the '.join(silent)}")
    return f"The kit lacks some drums: {', '.join(played)}." if played else None
