"""The sound browser: audition other sounds for a track, and swap them in while the music plays."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.core.browsing import Shelf, Where, Wishes
from engine.core.commands.boundary import Boundary
from engine.core.pattern import Track
from tui.requests import Requests

WHERE_WORDS = {Where.LOOP: "this loop", Where.KITS: "other kits", Where.FOLDER: "a folder"}
BOUNDARY_WORDS = {Boundary.NOW: "hit", Boundary.STEP: "step", Boundary.BEAT: "beat", Boundary.BAR: "bar"}
WISH_KEYS = {"e": "level", "t": "onset", "p": "tuning", "d": "decay"}


class SoundsScreen(ModalScreen[None]):
    """Up and down choose, Space auditions, Enter swaps, Tab searches elsewhere. `show` is given what was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,f6,q", "dismiss", "close"), ("space", "hear", "hear it"), ("tab", "elsewhere", "search elsewhere"),
        ("b", "boundary", "when"), ("k", "kit", "the whole kit"), ("u", "undo", "undo"), ("f12", "panic", "panic"),
        *((key, f"wish('{wish}')", wish) for key, wish in WISH_KEYS.items()),
        *((str(number), f"track({number})", "track") for number in range(1, 9)),
    ]

    def __init__(self, tracks: tuple[Track, ...], lane: int, wishes: Wishes, requests: Requests,
                 panic: Callable[[], None]) -> None:
        super().__init__()
        self.tracks, self.lane, self.wishes, self.requests, self._panic = tracks, lane, wishes, requests, panic
        self.where, self.path, self.boundary = Where.LOOP, "", Boundary.NOW
        self.shelf: Shelf | None = None
        self.list, self.words = OptionList(id="sounds-list"), Static(id="sounds-words")
        self.keys_line, self.folder = Static(id="sounds-keys"), Input(id="sounds-folder")

    def compose(self) -> ComposeResult:
        """What is searched, the list, the keys."""
        self.folder.placeholder = "a folder of audio files, then Enter"
        self.folder.display = False
        with Vertical(id="sounds-page") as page:
            page.border_title, page.border_subtitle = "Sounds", "Esc closes"
            yield self.words
            yield self.folder
            yield self.list
            yield self.keys_line

    def on_mount(self) -> None:
        """Search the loop first."""
        self.list.focus()
        self._search()

    @property
    def track(self) -> str:
        """The track's name."""
        return self.tracks[self.lane].name

    def show(self, shelf: Shelf | None) -> None:
        """Show what was found, if it is for this track."""
        if shelf == self.shelf or shelf is None or shelf.track != self.track or shelf.where is not self.where:
            return
        new = self.shelf is None or self.shelf.names != shelf.names or self.shelf.track != shelf.track
        self.shelf = shelf
        if new:
            self.list.clear_options()
            self.list.add_options([Option(Text(name)) for name in shelf.names])
            if shelf.names:
                self.list.highlighted = max(0, shelf.chosen)
        self._say()

    def action_hear(self) -> None:
        """Audition the highlighted sound."""
        if self.list.highlighted is not None:
            self.requests.attempt(self.requests.engine.audition, self.track, self.list.highlighted, self.wishes)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.requests.attempt(self.requests.engine.swap, self.track, event.option_index, self.wishes, self.boundary)

    def action_kit(self) -> None:
        """Swap in the whole kit that the highlighted sound belongs to."""
        if self.where is Where.KITS and self.shelf is not None and self.list.highlighted is not None:
            kit = self.shelf.names[self.list.highlighted].partition(": ")[0]
            if kit:
                self.requests.attempt(self.requests.engine.swap_kit, kit, self.wishes, self.boundary)

    def action_undo(self) -> None:
        """Undo the last change."""
        self.requests.attempt(self.requests.engine.undo)

    def action_panic(self) -> None:
        """Silence everything."""
        self._panic()

    def action_elsewhere(self) -> None:
        """Search the next place."""
        order = list(Where)
        self.where = order[(order.index(self.where) + 1) % len(order)]
        self._search()

    def action_boundary(self) -> None:
        """Swap at the next hit, step, beat or bar."""
        order = list(BOUNDARY_WORDS)
        self.boundary = order[(order.index(self.boundary) + 1) % len(order)]
        self._say()

    def action_wish(self, wish: str) -> None:
        """Match the old sound in this, or not."""
        self.wishes = replace(self.wishes, **{wish: not getattr(self.wishes, wish)})
        self._say()

    def action_track(self, number: int) -> None:
        """Search sounds for another track."""
        if number <= len(self.tracks):
            self.lane = number - 1
            self._search()

    @on(Input.Submitted)
    def _folder_named(self, event: Input.Submitted) -> None:
        self.path = event.value
        self.list.focus()
        self.requests.attempt(self.requests.engine.browse, self.track, self.where, self.path)

    def _search(self) -> None:
        self.shelf = None
        self.list.clear_options()
        self.folder.display = self.where is Where.FOLDER
        if self.where is Where.FOLDER and not self.path:
            self.folder.focus()
        else:
            self.list.focus()
            self.requests.attempt(self.requests.engine.browse, self.track, self.where, self.path)
        self._say()

    def _say(self) -> None:
        found = "searching" if self.shelf is None else f"{len(self.shelf.names)} found"
        self.words.update(f"{self.lane + 1} {self.track}   from {WHERE_WORDS[self.where]}, {found}")
        like = "  ".join(f"{key} {wish}{'*' if getattr(self.wishes, wish) else ''}" for key, wish in WISH_KEYS.items())
        self.keys_line.update(f"Space hear  Enter swap  k whole kit  Tab elsewhere  1-8 track  u undo\n"
                              f"b swap at the next {BOUNDARY_WORDS[self.boundary]}\n"
                              f"match the old sound in (* on): {like}")
