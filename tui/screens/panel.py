"""The instrument's panel: where everything is, what it shows, and where the cursor is."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.reactive import reactive
from textual.screen import Screen

from engine.core.commands.steps import Slot, StepRange, range_between
from engine.core.effects import Effect
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Track
from engine.core.snapshot import Snapshot, Status
from tui.geometry import NARROW_BELOW, GridView, best_view, share_rows
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.messages import Message
from tui.pending_edits import PendingEdits, Setting
from tui.step_values import Values
from tui.widgets.effects_line import EffectsLine
from tui.widgets.key_bar import KeyBar
from tui.widgets.loop_strip import LoopStrip
from tui.widgets.notices import Banner, NoticeLine, rows_of_notice
from tui.widgets.pads import Pads
from tui.widgets.step_grid import StepGrid, heard_track
from tui.widgets.step_line import StepLine
from tui.widgets.transport import Transport


@dataclass(frozen=True, slots=True)
class Said:
    """What TaoApp has to say. banner: what stays true until you do something about it; message: what has just happened,
    or a warning; unread: how many warnings there are; connected: whether the engine answers."""

    banner: str = ""
    message: Message | None = None
    unread: int = 0
    connected: bool = True


class Panel(Screen[None]):
    """`show` is given each snapshot. `cursor`: (track index, step index); `marked_from`: the opposite corner of the
    marked steps, if any; `leader`: the leader key that waits for more keys, "" for none; `grid_values`: what the grid
    shows of each step."""

    cursor: reactive[tuple[int, int]] = reactive((0, 0))
    marked_from: reactive[tuple[int, int] | None] = reactive(None)
    leader: reactive[str] = reactive("")
    grid_values: reactive[Values] = reactive(Values.HITS)

    def __init__(self, glyphs: Glyphs, keymap: Keymap, snapshot: Snapshot) -> None:
        super().__init__()
        self.glyphs, self.keymap, self.snapshot = glyphs, keymap, snapshot
        self.pending_edits = PendingEdits()
        self.effect = Effect.FILTER  # the one that the effects' keys adjust
        self._shown_machine: Machine | None = None
        self._shown_news: tuple[object, ...] = ()
        self._shown_status: tuple[object, ...] = ()
        self._view = GridView()
        self._shown_at_s = 0.0
        self.transport, self.loop_strip = Transport(glyphs), LoopStrip(glyphs)
        self.grid, self.pads = StepGrid(glyphs), Pads(glyphs)
        self.banner, self.step_line, self.effects_line = Banner(glyphs), StepLine(), EffectsLine(glyphs)
        self.notice_line, self.key_bar = NoticeLine(glyphs, keymap.key_of("messages", glyphs)), KeyBar(keymap, glyphs)

    def compose(self) -> ComposeResult:
        """From top to bottom: clock, loop, steps, pads, words."""
        yield self.transport
        yield self.banner
        yield self.loop_strip
        yield self.grid
        yield self.step_line
        yield self.effects_line
        yield self.pads
        yield self.notice_line
        yield self.key_bar

    @property
    def machine(self) -> Machine:
        """The machine of the newest snapshot."""
        return self.snapshot.status.machine

    @property
    def track(self) -> Track:
        """The track under the cursor."""
        return self.machine.pattern.tracks[self.cursor[0]]

    @property
    def marked(self) -> StepRange | None:
        """The marked steps, if any."""
        if self.marked_from is None:
            return None
        return range_between(self.machine.pattern, self.marked_from, self.cursor)

    def show(self, snapshot: Snapshot, record_bars: int, said: Said, now_s: float) -> None:
        """Show the newest snapshot, and what TaoApp has to say."""
        status, meters = snapshot.status, snapshot.meters
        elapsed_s, self._shown_at_s, self.snapshot = now_s - self._shown_at_s, now_s, snapshot
        pending = self.pending_edits.still_pending(status.machine, now_s)
        self._show_machine(status)
        self.grid.show_machine(status, pending)
        self.transport.show(snapshot, record_bars, pending.get(Setting("listen")), elapsed_s, said.connected)
        coming = frozenset(Effect(setting.effect) for setting, on in pending.items() if setting.kind == "effect" and on)
        self.effects_line.show(status.machine.effects, coming, self.effect if self.leader == "effects" else None)
        self.loop_strip.show(status)
        self.loop_strip.wave.show_playing(snapshot.loop_fraction)
        self.grid.show_playing(snapshot)
        self.grid.show_levels(meters.peaks, elapsed_s)
        if self.pads.display:
            self.pads.show_levels(meters.peaks, elapsed_s)
        self._say(said)

    def show_load(self, load: float) -> None:
        """The DSP load, twice a second."""
        self.transport.show_load(load)

    def _say(self, said: Said) -> None:
        """Show banner and message; make room for them where their rows have changed."""
        self.notice_line.show(said.message, said.unread)
        self.banner.text = said.banner
        news = said.banner, self.notice_line.sentence, self.effects_line.display
        if news != self._shown_news:
            self._shown_news = news
            self._fit()

    def _show_machine(self, status: Status) -> None:
        news = status.machine, status.heard, status.pictures
        if self._shown_status == news:
            return
        machine, self._shown_status = status.machine, news
        self._shown_machine = machine
        self.pads.show_machine(status)
        track, step = self.cursor
        track = min(track, len(machine.pattern.tracks) - 1)
        self.cursor = track, min(step, len(machine.pattern.tracks[track].steps) - 1)
        if self.marked_from is not None and not _is_slot(machine.pattern, self.marked_from):
            self.marked_from = None
        self._turn_page()

    def _turn_page(self) -> None:
        if self._shown_machine is None:
            return
        track, step = self.cursor
        pattern = self._shown_machine.pattern
        view: GridView = best_view(self.size.width, pattern, step // pattern.tracks[track].steps_per_beat)
        self._view = view
        self._fit()
        self.grid.show_view(view, track, step)
        self.grid.show_marked(pattern, self.marked)
        self.loop_strip.wave.view = self.loop_strip.onsets.view = view
        self.step_line.track, self.step_line.index = pattern.tracks[track], step
        self.step_line.heard = heard_track(self.snapshot.status.heard, pattern, pattern.tracks[track].name)
        self.step_line.marked = "" if self.marked is None else _marked_words(pattern, self.marked)

    def on_resize(self) -> None:
        """Another size, perhaps another view."""
        self._turn_page()

    def _fit(self) -> None:
        """Share out the rows: to the essentials alone where there are few, else to wave, lanes and digits."""
        if self._shown_machine is None or not self.size.width:
            return
        width, height = self.size
        banner = rows_of_notice(self.banner.text, width) if self.banner.text else 0
        notice = rows_of_notice(self.notice_line.sentence, width)
        extra = banner + notice - 1 + self.effects_line.display
        tracks = len(self._shown_machine.pattern.tracks)
        empty = self._shown_machine.loop is None and not self._shown_machine.kit.one_shots
        rows = share_rows(height, width, tracks, self._view.wide, extra, empty)
        self.set_class(width < NARROW_BELOW, "-narrow")
        self.set_class(rows.compact, "-short")
        self.set_class(rows.transport > 4, "-big")
        parts = ((self.transport, rows.transport), (self.banner, banner), (self.loop_strip.wave, rows.wave),
                 (self.loop_strip.onsets, rows.onsets), (self.pads, rows.pads), (self.notice_line, notice),
                 (self.loop_strip, 1 + rows.wave + rows.onsets), (self.grid, 1 + tracks * rows.lane),
                 *((lane, rows.lane) for lane in self.grid.lanes))
        for part, wanted in parts:
            if part.styles.height is None or part.styles.height.value != wanted:
                part.styles.height = wanted
        for part, shown in ((self.loop_strip.wave, rows.wave), (self.loop_strip.onsets, rows.onsets),
                            (self.pads, rows.pads)):
            part.display = bool(shown)

    def watch_cursor(self) -> None:
        """Show where the cursor went."""
        self._turn_page()

    def watch_grid_values(self, values: Values) -> None:
        """Show another kind of value."""
        self.grid.show_values(values)

    def watch_marked_from(self) -> None:
        """Show which steps are marked, and what can be done with them."""
        self._turn_page()
        self.watch_leader(self.leader)

    def watch_leader(self, leader: str) -> None:
        """Say what the leader key waits for, or which keys edit the marked steps."""
        self.key_bar.leader = leader or ("" if self.marked_from is None else "range")


def _is_slot(pattern: Pattern, slot: Slot) -> bool:
    lane, index = slot
    return lane < len(pattern.tracks) and index < len(pattern.tracks[lane].steps)


def _marked_words(pattern: Pattern, marked: StepRange) -> str:
    """`12 steps on 3 tracks marked, 5 hits`."""
    tracks = marked.tracks(pattern)
    steps = [track.steps[index] for track in tracks for index in marked.indices(track)]
    hits = sum(step is not None for step in steps)
    where = f" on {len(tracks)} tracks" if len(tracks) > 1 else ""
    return f"{len(steps)} step{'' if len(steps) == 1 else 's'}{where} marked, {hits} hit{'' if hits == 1 else 's'}"
