"""The instrument's panel: where everything is, what it shows, and where the cursor is."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.screen import Screen

from engine.core.commands.steps import Slot, StepRange, range_between
from engine.core.effects import Effect
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Track
from engine.core.snapshot import Notice, Snapshot
from tui.geometry import FIXED_ROWS, FULL_LABEL, NARROW_BELOW, SHORT_LABEL, GridView, fit_view
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.pending_edits import PendingEdits, Setting
from tui.widgets.effects_line import EffectsLine
from tui.widgets.key_bar import KeyBar
from tui.widgets.loop_strip import LoopStrip
from tui.widgets.notices import Banner, NoticeLine
from tui.widgets.pads import Pads
from tui.widgets.step_grid import StepGrid
from tui.widgets.step_line import StepLine
from tui.widgets.transport import Transport


class Panel(Screen[None]):
    """`show` is given each snapshot. `cursor`: (track index, step index); `marked_from`: the opposite corner of the
    marked steps, if any; `leader`: the leader key that waits for more keys, "" for none."""

    cursor: reactive[tuple[int, int]] = reactive((0, 0))
    marked_from: reactive[tuple[int, int] | None] = reactive(None)
    leader: reactive[str] = reactive("")

    def __init__(self, glyphs: Glyphs, keymap: Keymap, snapshot: Snapshot) -> None:
        super().__init__()
        self.glyphs, self.keymap, self.snapshot = glyphs, keymap, snapshot
        self.pending_edits = PendingEdits()
        self.effect = Effect.FILTER  # the one that the effects' keys adjust
        self._shown_machine: Machine | None = None
        self._shown_at_s = 0.0
        self.transport, self.loop_strip = Transport(glyphs), LoopStrip(glyphs)
        self.grid, self.pads = StepGrid(glyphs), Pads(glyphs)
        self.banner, self.step_line, self.effects_line = Banner(glyphs), StepLine(), EffectsLine(glyphs)
        self.notice_line, self.key_bar = NoticeLine(glyphs), KeyBar(keymap, glyphs)

    def compose(self) -> ComposeResult:
        """From top to bottom: clock, loop, steps, pads, words."""
        yield self.transport
        yield self.banner
        yield self.loop_strip
        yield self.grid
        yield self.step_line
        yield self.effects_line
        yield self.pads
        with Vertical(id="foot"):
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

    def show(self, snapshot: Snapshot, record_bars: int, banner: str, notice: Notice, now_s: float) -> None:
        """Show the newest snapshot, and what TaoApp has to say."""
        status, meters = snapshot.status, snapshot.meters
        elapsed_s, self._shown_at_s, self.snapshot = now_s - self._shown_at_s, now_s, snapshot
        pending = self.pending_edits.still_pending(status.machine, now_s)
        self._show_machine(status.machine)
        self.grid.show_machine(status.machine, pending)
        self.transport.show(snapshot, record_bars, pending.get(Setting("listen")), elapsed_s)
        if banner != self.banner.text:
            self.banner.text = banner
            self._fit()
        coming = frozenset(Effect(setting.effect) for setting, on in pending.items() if setting.kind == "effect" and on)
        self.effects_line.show(status.machine.effects, coming, self.effect if self.leader == "effects" else None)
        self.loop_strip.show(status.machine.loop, status.job)
        self.loop_strip.wave.show_playing(snapshot.loop_fraction)
        self.grid.show_playing(snapshot)
        self.pads.show_levels(meters.peaks, elapsed_s)
        self.notice_line.text, self.notice_line.urgent = notice.text, notice.urgent

    def show_load(self, load: float) -> None:
        """The DSP load, twice a second."""
        self.transport.show_load(load)

    def _show_machine(self, machine: Machine) -> None:
        if machine is self._shown_machine:
            return
        self._shown_machine = machine
        self._fit()
        self.pads.show_machine(machine)
        track, step = self.cursor
        track = min(track, len(machine.pattern.tracks) - 1)
        self.cursor = track, min(step, len(machine.pattern.tracks[track].steps) - 1)
        if self.marked_from is not None and not _is_slot(machine.pattern, self.marked_from):
            self.marked_from = None
        self._turn_page()

    def _turn_page(self) -> None:
        if self._shown_machine is None:
            return
        label = SHORT_LABEL if self.size.width < NARROW_BELOW else FULL_LABEL
        track, step = self.cursor
        pattern = self._shown_machine.pattern
        view: GridView = fit_view(self.size.width, label, pattern, step // pattern.tracks[track].steps_per_beat)
        self.grid.show_view(view, track, step)
        self.grid.show_marked(pattern, self.marked)
        self.loop_strip.wave.view = view
        self.step_line.track, self.step_line.index = pattern.tracks[track], step
        self.step_line.marked = "" if self.marked is None else _marked_words(pattern, self.marked)

    def on_resize(self) -> None:
        """Another size, perhaps another view."""
        self._fit()
        self._turn_page()

    def _fit(self) -> None:
        """The compact view where pads and wave have no room beside the lanes; more air where there is plenty."""
        tracks = len(self._shown_machine.pattern.tracks) if self._shown_machine else 0
        needed = FIXED_ROWS + tracks + (2 if self.banner.text else 0)
        self.set_class(self.size.width < NARROW_BELOW, "-narrow")
        self.set_class(self.size.height < needed, "-short")
        self.set_class(self.size.height >= needed + tracks + 2, "-tall")

    def watch_cursor(self) -> None:
        """Show where the cursor went."""
        self._turn_page()

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
