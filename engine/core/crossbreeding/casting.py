"""Which drum of a kit plays the part of a drum that the kit lacks: the nearest of its family."""

from collections.abc import Collection, Iterable

_NEAREST = {
    "kick": ("tom", "perc"),
    "snare": ("perc", "tom"),
    "tom": ("perc", "kick", "snare"),
    "hihat": ("ride", "crash"),
    "ride": ("hihat", "crash"),
    "crash": ("ride", "hihat"),
    "perc": ("tom", "snare", "hihat"),
}
_WORDS = {"kick": ("kick", "bass drum"), "snare": ("snare", "clap", "rim"), "tom": ("tom",),
          "ride": ("ride",), "crash": ("crash", "splash", "china"), "hihat": ("hat",)}


def stand_in(drum: str, kit: Collection[str]) -> str | None:
    """The track of `kit` that plays `drum`: the one of that name, else one of the same kind, such as "closed hat" for
    "open hat", else one of the nearest kind; None if nothing in the kit resembles it."""
    if drum in kit:
        return drum
    own = kind_of(drum)
    for kind in (own, *_NEAREST[own]):
        found = next((name for name in kit if kind_of(name) == kind), None)
        if found is not None:
            return found
    return None


def cast(drums: Iterable[str], kit: Collection[str]) -> dict[str, str | None]:
    """The track of `kit` that plays each of the drums, or None."""
    return {drum: stand_in(drum, kit) for drum in drums}


def kind_of(name: str) -> str:
    """The kind of drum that a track's name stands for; "perc" where it names none of the six."""
    low = name.lower().replace("_", " ").replace("-", " ")
    return next((kind for kind, words in _WORDS.items() if any(word in low for word in words)), "perc")
