"""The plugins that decompose a loop: which are chosen, and which are installed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from engine.core.errors import InvalidValue, UsageError
from engine.core.names import MAX_PATH, readable

GROUPS = {"transcriber": "tao.transcribers", "separator": "tao.separators", "extractor": "tao.extractors"}
# what Tao's own are, in a few words
ABOUT: Mapping[str, Mapping[str, str]] = {
    "transcriber": {
        "tao": "Tao's networks",
        "onset-strength": "without networks: templates of spectra",
        "idm": "Inverse Drum Machine, six kits",
        "paper": "Yi & Barthet: three drums, eight steps",
        "paper-circular": "their network, for loops; needs a file of weights"},
    "separator": {
        "tao": "Tao's network",
        "template-masks": "without networks: what repeats",
        "idm": "Inverse Drum Machine, six kits",
        "idm-heard": "Inverse Drum Machine, the kit it hears",
        "drumsep": "a large network; first run `models get drumsep`",
        "demucs": "a Demucs network trained on drums; needs its file",
        "paper": "as Yi & Barthet: drumsep's stems"},
    "extractor": {
        "solve": "all one-shots at once, until they fit the loop",
        "idm-heard": "from the hits alone, gaps filled in",
        "idm": "Inverse Drum Machine, six kits",
        "select": "the recorded hit that plays the stem best",
        "paper": "select as published: hits on steps, all as hard",
        "least-disturbed": "the recorded hit that stands most alone"}}


@dataclass(frozen=True, slots=True)
class Methods:
    """The three plugins that decompose a loop, each NAME or NAME:ARGUMENT. Raises InvalidValue for what is no name."""

    transcriber: str = "tao"
    separator: str = "tao"
    extractor: str = "solve"

    def __post_init__(self) -> None:
        for kind, name in self.items():
            if not name or len(name) > MAX_PATH or not name.isprintable():
                raise InvalidValue(f"No {kind} can be called {readable(name, 40)!r}.")

    def items(self) -> tuple[tuple[str, str], ...]:
        """Each kind and the plugin chosen for it."""
        return tuple((field.name, getattr(self, field.name)) for field in fields(self))

    def changed(self, kind: str, name: str) -> "Methods":
        """The same with another plugin of one kind. Raises InvalidValue."""
        if kind not in GROUPS:
            raise InvalidValue(f"There is no kind of plugin {readable(kind, 40)!r}. There are {', '.join(GROUPS)}.")
        return replace(self, **{kind: name})

    @property
    def words(self) -> str:
        """`tao, tao, solve`: in the order in which they work."""
        return ", ".join(readable(name, 40) for _, name in self.items())


USUAL = Methods()


def methods_of(asked: Mapping[str, Any]) -> Methods:
    """Those among the options of a command line; the usual ones for the rest."""
    given = {kind: asked.get(kind) for kind in GROUPS}
    return Methods(**{kind: name for kind, name in given.items() if name is not None})


def installed(group: str) -> dict[str, EntryPoint]:
    """The installed plugins of a group, sorted by name."""
    return {point.name: point for point in sorted(entry_points(group=group), key=lambda point: point.name)}


def entry_point(kind: str, name: str) -> EntryPoint:
    """The installed plugin that NAME or NAME:ARGUMENT means; it is not loaded. Raises UsageError, listing those
    installed, when there is none."""
    plain, points = name.partition(":")[0], installed(GROUPS[kind])
    if plain not in points:
        found = ", ".join(points) or "none. Install Tao itself with `pip install -e .`"
        raise UsageError(f"No {kind} is called {readable(plain, 40)!r}. Installed: {found}.")
    return points[plain]


def check_installed(methods: Methods) -> None:
    """Raise UsageError, listing those installed, if one of the plugins is not. The usual ones are not looked up, so
    that a start costs nothing."""
    for kind, name in methods.items():
        if name != getattr(USUAL, kind):
            entry_point(kind, name)
