"""The sound browser: audition other sounds for a track, and swap them in while the music plays."""

from collections.abc import Callable, Iterable
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

from engine.core.commands.boundary import Boundary
from engine.core.pattern import Track
from engine.core.requests import FitOptions, SoundSource
from engine.core.snapshot import SoundList
from tui.glyphs import Glyphs
from tui.requests import Requests
from tui.sound_rows import heading, sound_row

WHERE_WORDS = {SoundSource.LOOP: "from this loop", SoundSource.KITS: "from other kits",
               SoundSource.FOLDER: "from a folder", SoundSource.LIBRARY: "from the library",
               SoundSource.PATTERNS: "kits with a pattern like this one"}
OF_KITS = (SoundSource.KITS, SoundSource.LIBRARY, SoundSource.PATTERNS)
ASKED_FOR = {SoundSource.FOLDER: "a folder of audio files, then Enter",
             SoundSource.LIBRARY: "words or a tempo (90-100); nothing for the nearest sounds"}
KEYS_LINES = {SoundSource.LIBRARY: "Space hear  Enter swap  k whole kit  o load kit  s search  Tab elsewhere",
              SoundSource.PATTERNS: "Space hear  Enter load kit and pattern  k its sounds  Tab elsewhere"}
KEYS_LINE = "Space hear  Enter swap  k whole kit  Tab elsewhere  1-8 track  u undo"
BOUNDARY_WORDS = {Boundary.NOW: "hit", Boundary.STEP: "step", Boundary.BEAT: "beat", Boundary.BAR: "bar"}
FIT_KEYS = {"e": "level", "t": "onset", "p": "tuning", "d": "decay"}


class SoundsScreen(ModalScreen[None]):
    """Up and down choose, Space auditions, Enter swaps or loads, Tab searches elsewhere. `show` is given what was
    found. The library is searched while you type."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,f6,q", "dismiss", "close"), ("space", "hear", "hear it"), ("tab", "elsewhere", "search elsewhere"),
        ("b", "boundary", "when"), ("k", "kit", "the whole kit"), ("u", "undo", "undo"),
        ("question_mark,f1", "help", "keys"), ("o", "load", "load the kit"), ("s", "words", "search"),
        ("down", "list", "the list"),
        *((key, f"match('{quality}')", quality) for key, quality in FIT_KEYS.items()),
        *((str(number), f"track({number})", "track") for number in range(1, 9)),
    ]

    def __init__(self, tracks: tuple[Track, ...], lane: int, fit: FitOptions, requests: Requests, glyphs: Glyphs,
                 undo: Callable[[], None], show_help: Callable[[], None]) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.tracks, self.lane, self.fit, self.requests = tracks, lane, fit, requests
        self._undo, self._help = undo, show_help
        self.where, self.boundary = SoundSource.LOOP, Boundary.NOW
        self.asked_for = dict.fromkeys(ASKED_FOR, "")  # the folder, and the words for the library
        self.found: SoundList | None = None
        self.list, self.words = OptionList(id="sounds-list", markup=False), Static(id="sounds-words")
        self.heading = Static(id="sounds-heading", markup=False)
        self.keys_line, self.folder = Static(id="sounds-keys"), Input(id="sounds-folder")

    def compose(self) -> ComposeResult:
        """What is searched, the list, the keys."""
        self.folder.display = False
        with Vertical(id="sounds-page") as page:
            page.border_title, page.border_subtitle = "Sounds", "Esc closes"
            yield self.words
            yield self.folder
            yield self.heading
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

    def show(self, found: SoundList | None) -> None:
        """Show what was found, if it is for this track."""
        if found is None or found == self.found or (found.track, found.where, found.path) != (
                self.track, self.where, self.asked_for.get(self.where, "")):
            return
        before, self.found = self.found, found
        if before is None or before.names != found.names or before.track != found.track:
            self.list.clear_options()
            self.list.add_options([Option(self._line(place)) for place in range(len(found.names))])
            if found.names:
                self.list.highlighted = max(0, found.chosen)
        else:
            known = len(before.facts) if found.facts[: len(before.facts)] == before.facts else 0
            moved = {before.chosen, found.chosen} - {-1} if before.chosen != found.chosen else set()
            self._redraw(sorted({*range(known, len(found.facts)), *moved}))
        self._say()

    def on_resize(self) -> None:
        """Use the room that there is."""
        self._redraw(range(0 if self.found is None else len(self.found.names)))

    def _redraw(self, places: Iterable[int]) -> None:
        for place in places:
            self.list.replace_option_prompt_at_index(place, self._line(place))
        self.heading.update(heading(self._columns))

    @property
    def _columns(self) -> int:
        """Of a line of the list, beside its scroll bar."""
        return max(40, self.list.size.width - 6)

    def _line(self, place: int) -> Text:
        assert self.found is not None
        facts = self.found.facts[place] if place < len(self.found.facts) else None
        if facts is not None and self.where is SoundSource.LIBRARY:  # there the name says it
            facts = replace(facts, closeness=None)
        chosen = place == self.found.chosen
        return Text(sound_row(self.found.names[place], facts, self._columns, self.glyphs, chosen), no_wrap=True)

    def action_hear(self) -> None:
        """Audition the highlighted sound."""
        if self.list.highlighted is not None:
            self.requests.attempt(self.requests.engine.audition, self.track, self.list.highlighted, self.fit)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        if self.where is SoundSource.PATTERNS:
            self.action_load()
            return
        self.requests.attempt(self.requests.engine.swap, self.track, event.option_index, self.fit, self.boundary)

    def action_kit(self) -> None:
        """Swap in the whole kit that the highlighted sound belongs to."""
        if self.where in OF_KITS and self.found is not None and self.list.highlighted is not None:
            kit = self.found.names[self.list.highlighted].partition(": ")[0]
            if kit:
                self.requests.attempt(self.requests.engine.swap_kit, kit, self.fit, self.boundary)

    def action_load(self) -> None:
        """Load the kit that the highlighted sound belongs to, with its pattern, on the next bar line."""
        if self.where in (SoundSource.LIBRARY, SoundSource.PATTERNS) and self.list.highlighted is not None:
            self.requests.attempt(self.requests.engine.load_found_kit, self.list.highlighted)

    def action_words(self) -> None:
        """Type words to search for, or a folder."""
        if self.folder.display:
            self.folder.focus()

    def action_list(self) -> None:
        """Go back to the list."""
        self.list.focus()

    def action_undo(self) -> None:
        """Undo the last change."""
        self._undo()

    def action_help(self) -> None:
        """Show every key."""
        self._help()

    def action_elsewhere(self) -> None:
        """Search the next place."""
        order = list(SoundSource)
        self.where = order[(order.index(self.where) + 1) % len(order)]
        self._search()

    def action_boundary(self) -> None:
        """Swap at the next hit, step, beat or bar."""
        order = list(BOUNDARY_WORDS)
        self.boundary = order[(order.index(self.boundary) + 1) % len(order)]
        self._say()

    def action_match(self, quality: str) -> None:
        """Match the old sound in this, or not."""
        self.fit = replace(self.fit, **{quality: not getattr(self.fit, quality)})
        self._say()

    def action_track(self, number: int) -> None:
        """Search sounds for another track."""
        if number <= len(self.tracks):
            self.lane = number - 1
            self._search()

    @on(Input.Submitted)
    def _folder_named(self) -> None:
        self.list.focus()
        if self.where is SoundSource.FOLDER:
            self.asked_for[self.where] = self.folder.value
            self.found = None
            self._browse()
            self._say()

    @on(Input.Changed)
    def _words_typed(self) -> None:
        if self.where is SoundSource.LIBRARY and self.asked_for[self.where] != self.folder.value:
            self.asked_for[self.where] = self.folder.value
            self._browse()

    def _search(self) -> None:
        self.found = None
        self.list.clear_options()
        self.folder.display = self.where in ASKED_FOR
        self.folder.placeholder = ASKED_FOR.get(self.where, "")
        self.folder.value = self.asked_for.get(self.where, "")
        if self.where is SoundSource.FOLDER and not self.folder.value:
            self.folder.focus()
        else:
            self.list.focus()
            self._browse()
        self._say()

    def _browse(self) -> None:
        path = self.asked_for.get(self.where, "")
        self.requests.attempt(self.requests.engine.browse, self.track, self.where, path)

    def _say(self) -> None:
        unnamed = self.where is SoundSource.FOLDER and not self.asked_for[self.where]
        searched = "" if unnamed else ", searching"
        count = searched if self.found is None else f", {len(self.found.names)} found"
        self.words.update(f"{self.lane + 1} {self.track}   {WHERE_WORDS[self.where]}{count}")
        like = "  ".join(f"{key} {quality}{'*' if getattr(self.fit, quality) else ''}"
                         for key, quality in FIT_KEYS.items())
        self.keys_line.update(f"{KEYS_LINES.get(self.where, KEYS_LINE)}\n"
                              f"b swap at the next {BOUNDARY_WORDS[self.boundary]}   ? all keys\n"
                              f"match the old sound in (* on): {like}")
