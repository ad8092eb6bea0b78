"""The browser: other sounds for a lane, heard one by one and given to it while the music plays."""

from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.core.commands.boundary import Boundary
from engine.core.pattern import Track
from engine.core.requests import FitOptions, SoundSource
from engine.core.snapshot import SoundList

WHERE_WORDS = {SoundSource.LOOP: "this loop", SoundSource.KITS: "other kits", SoundSource.FOLDER: "a folder"}
BOUNDARY_WORDS = {Boundary.NOW: "next hit", Boundary.STEP: "step", Boundary.BEAT: "beat", Boundary.BAR: "bar"}
WISH_KEYS = {"e": "level", "t": "onset", "p": "tuning", "d": "decay"}


class SoundsScreen(ModalScreen[None]):
    """Up and down choose, Space hears, Enter swaps, Tab looks elsewhere. It asks by messages; `show` is given what
    was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,f6,q", "dismiss", "close"), ("space", "hear", "hear it"), ("tab", "elsewhere", "look elsewhere"),
        ("b", "boundary", "when"), ("k", "kit", "the whole kit"), ("u", "app.undo", "undo"),
        ("f12", "app.panic", "panic"),
        *((key, f"wish('{wish}')", wish) for key, wish in WISH_KEYS.items()),
        *((str(number), f"lane({number})", "lane") for number in range(1, 9)),
    ]

    class Wanted(Message):
        """Look in `where` for sounds for a track."""

        def __init__(self, track: str, where: SoundSource, path: str) -> None:
            super().__init__()
            self.track, self.where, self.path = track, where, path

    class Chosen(Message):
        """Sound `place` is to be heard, or else swapped in at `boundary`; alone, or with its whole kit."""

        def __init__(self, track: str, place: int, wishes: FitOptions, boundary: Boundary | None, kit: str = ""
                     ) -> None:
            super().__init__()
            self.track, self.place, self.wishes, self.boundary, self.kit = track, place, wishes, boundary, kit

    def __init__(self, tracks: tuple[Track, ...], lane: int, wishes: FitOptions) -> None:
        super().__init__()
        self.tracks, self.lane, self.wishes = tracks, lane, wishes
        self.where, self.path, self.boundary = SoundSource.LOOP, "", Boundary.NOW
        self.shelf: SoundList | None = None
        self.list, self.words = OptionList(id="sounds-list"), Static(id="sounds-words")
        self.keys_line, self.folder = Static(id="sounds-keys"), Input(id="sounds-folder")

    def compose(self) -> ComposeResult:
        """What is looked for, the list, the keys."""
        self.folder.placeholder = "a folder with audio files, then Enter"
        self.folder.display = False
        with Vertical(id="sounds-page") as page:
            page.border_title, page.border_subtitle = "Sounds", "Esc closes"
            yield self.words
            yield self.folder
            yield self.list
            yield self.keys_line

    def on_mount(self) -> None:
        """Look in the loop first."""
        self.list.focus()
        self._look()

    @property
    def track(self) -> str:
        """The lane's name."""
        return self.tracks[self.lane].name

    def show(self, shelf: SoundList | None) -> None:
        """Take over what was found for this lane."""
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
        """Hear the sound under the bar."""
        if self.list.highlighted is not None:
            self.post_message(self.Chosen(self.track, self.list.highlighted, self.wishes, None))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Chosen(self.track, event.option_index, self.wishes, self.boundary))

    def action_kit(self) -> None:
        """Take the whole kit that the sound under the bar is of."""
        if self.where is SoundSource.KITS and self.shelf is not None and self.list.highlighted is not None:
            kit = self.shelf.names[self.list.highlighted].partition(": ")[0]
            self.post_message(self.Chosen(self.track, self.list.highlighted, self.wishes, self.boundary, kit))

    def action_elsewhere(self) -> None:
        """Look in the next place."""
        order = list(SoundSource)
        self.where = order[(order.index(self.where) + 1) % len(order)]
        self._look()

    def action_boundary(self) -> None:
        """Swap at the next hit, step, beat or bar."""
        order = list(BOUNDARY_WORDS)
        self.boundary = order[(order.index(self.boundary) + 1) % len(order)]
        self._say()

    def action_wish(self, wish: str) -> None:
        """Match it, or leave it as it is."""
        self.wishes = replace(self.wishes, **{wish: not getattr(self.wishes, wish)})
        self._say()

    def action_lane(self, number: int) -> None:
        """Look for sounds for another lane."""
        if number <= len(self.tracks):
            self.lane = number - 1
            self._look()

    @on(Input.Submitted)
    def _folder_named(self, event: Input.Submitted) -> None:
        self.path = event.value
        self.list.focus()
        self.post_message(self.Wanted(self.track, self.where, self.path))

    def _look(self) -> None:
        self.shelf = None
        self.list.clear_options()
        self.folder.display = self.where is SoundSource.FOLDER
        if self.where is SoundSource.FOLDER and not self.path:
            self.folder.focus()
        else:
            self.list.focus()
            self.post_message(self.Wanted(self.track, self.where, self.path))
        self._say()

    def _say(self) -> None:
        found = "looking" if self.shelf is None else f"{len(self.shelf.names)} found"
        self.words.update(f"{self.lane + 1} {self.track}   from {WHERE_WORDS[self.where]}, {found}")
        like = "  ".join(f"{key} {wish}{'*' if getattr(self.wishes, wish) else ''}" for key, wish in WISH_KEYS.items())
        self.keys_line.update(f"Space hear  Enter swap  k whole kit  Tab elsewhere  1-8 lane  u undo\n"
                              f"b swap at the {BOUNDARY_WORDS[self.boundary]}\n"
                              f"like the old one in what has a star: {like}")
