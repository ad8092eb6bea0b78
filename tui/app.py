"""TaoApp: the only holder of the engine's handle. Thirty times a second it reads, and shows what it read."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from textual import on
from textual.app import App, SystemCommand
from textual.screen import Screen

from engine.core.commands import Boundary, Command, Panic, Play, Stop
from engine.core.errors import TaoError
from engine.core.requests import FitOptions, MidiRequest
from engine.core.snapshot import Notice, Snapshot
from tui.dropouts import Dropouts
from tui.glyphs import UNICODE, Glyphs, glyphs_for
from tui.handle import EngineHandle
from tui.keymap import Keymap
from tui.midi import MidiActions
from tui.modes.leader_keys import Asked, LengthChosen, Told
from tui.modes.tempo import TempoKeys
from tui.recording import RecordingActions, bars_after
from tui.screens.instrument import InstrumentScreen
from tui.screens.keys import KeysScreen
from tui.screens.open_loop import OpenScreen
from tui.screens.sounds import SoundsScreen
from tui.theme import SHADES, TAO
from tui.widgets.readout import Pressed

QUIT_WITHIN_S = 2.0
ESCAPE_WITHIN_S = 0.6
PANIC_WITHIN_S = 2.0
NOTICE_S = 6.0
LOAD_EVERY_S = 0.5


def frames_per_second(environ: Mapping[str, str]) -> int:
    """How often the screen is read: 30 times a second, 10 at the far end of an SSH line."""
    return 10 if environ.get("SSH_CONNECTION") else 30


class TaoApp(RecordingActions, MidiActions, App[None]):
    """A face of a running engine. Leaving it by `detach` leaves the music on; by `quit`, ends the engine."""

    CSS_PATH = "tao.tcss"
    TITLE = "Tao"
    ALLOW_SELECT = False

    def __init__(self, engine: EngineHandle, glyphs: Glyphs = UNICODE, keymap: Keymap | None = None,
                 fps: int = 30) -> None:
        super().__init__()
        self.engine, self.glyphs, self.keymap, self.fps = engine, glyphs, keymap or Keymap(), fps
        self.snapshot: Snapshot = engine.snapshot()
        self.instrument = InstrumentScreen(glyphs, self.keymap)
        self.record_bars = max(1, self.snapshot.status.record_beats // self._beats_per_bar)
        self.notice, self.notice_until_s = Notice(""), 0.0
        self.quit_until_s = self.escape_until_s = self.panic_until_s = 0.0
        self.load = 0.0
        self.dropouts = Dropouts()
        self.wishes = FitOptions()
        self.sounds: SoundsScreen | None = None
        for action in self.keymap:
            if action.keys:
                self.bind(",".join(action.keys), action.call, description=action.help)
        self.register_theme(TAO)
        self.theme = TAO.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The three greys that our styles use and other themes do not name."""
        return SHADES

    def get_default_screen(self) -> Screen:
        """The instrument itself."""
        return self.instrument

    def on_ready(self) -> None:
        """Start to read, now that there is a screen."""
        self.set_class(self.glyphs.name == "ascii", "-ascii")
        self.read()
        self.show_load()
        self.set_interval(1 / self.fps, self.read)
        self.set_interval(LOAD_EVERY_S, self.show_load)

    def read(self) -> None:
        """Read the newest snapshot and hand it to the screen."""
        newest = self.engine.snapshot()
        self._notice_new(newest)
        self.snapshot = newest
        self.load = max(self.load, newest.meters.load)
        now_s = time.monotonic()
        cut = self.dropouts.seen(newest.meters.dropped_blocks, newest.status.block_frames, now_s)
        if cut is not None:
            self.say(cut)
        if now_s > self.notice_until_s and not self.notice.urgent:
            self.notice = Notice("")
        banner = newest.status.banner or ""
        if not self.engine.connected:
            banner = f"{banner or 'The engine has gone.'} q leaves."
        if self.sounds is not None and self.sounds.is_mounted:
            self.sounds.show(newest.status.sounds)
        self.show_midi(newest)
        self.instrument.show(newest, self.record_bars, banner, self.notice, now_s)

    def show_load(self) -> None:
        """Show the highest load since this was last done."""
        self.instrument.show_load(max(self.load, self.snapshot.meters.load))
        self.load = 0.0

    def say(self, text: str, urgent: bool = False, for_s: float = NOTICE_S) -> None:
        """Put a word on the notice line."""
        self.notice, self.notice_until_s = Notice(text, urgent), time.monotonic() + for_s

    def send(self, command: Command | MidiRequest, boundary: Boundary = Boundary.NOW) -> None:
        """Ask the engine; if it cannot be asked, say so."""
        self._try(self.engine.send, command, boundary)

    def _try(self, ask: Callable[..., None], *arguments: Any) -> None:
        try:
            ask(*arguments)
        except TaoError as problem:
            self.say(str(problem))

    def _notice_new(self, newest: Snapshot) -> None:
        known = Counter(self.snapshot.status.notices)
        for notice in newest.status.notices:
            if known[notice]:
                known[notice] -= 1
            else:
                self.say(notice.text, notice.urgent)

    @on(Asked)
    def _asked(self, event: Asked) -> None:
        self.send(event.command, event.boundary)

    @on(TempoKeys.Counted)
    def _counted(self, event: TempoKeys.Counted) -> None:
        self._try(self.engine.count_as, event.beats)

    @on(LengthChosen)
    def _length_chosen(self, event: LengthChosen) -> None:
        self.record_bars = bars_after(event.key, self.record_bars)

    @on(Told)
    def _told(self, event: Told) -> None:
        self.say(event.text)

    @on(Pressed)
    async def _pressed(self, event: Pressed) -> None:
        await self.run_action(self.keymap[event.action_id].call)

    def action_play(self) -> None:
        """Play from bar 1, or stop."""
        self.send(Stop() if self.snapshot.meters.playing else Play())

    def action_panic(self) -> None:
        """Silence every voice, and every note on other instruments; asked again at once, stop too."""
        now_s = time.monotonic()
        self.send(Panic())
        if now_s < self.panic_until_s and self.snapshot.meters.playing:
            self.send(Stop())
        self.panic_until_s = now_s + PANIC_WITHIN_S
        self.say("Every voice and every MIDI note is silenced; again: the music stops.")

    def action_escape(self) -> None:
        """The second Esc in a row is panic."""
        now_s = time.monotonic()
        if now_s < self.escape_until_s:
            self.action_panic()
        self.escape_until_s = now_s + ESCAPE_WITHIN_S

    def action_decompose(self) -> None:
        """Take the loop apart again."""
        self._try(self.engine.decompose)

    def action_correct(self) -> None:
        """Make the kit anew from the steps as they are now."""
        self._try(self.engine.correct)

    def action_cancel_job(self) -> None:
        """Stop the decomposer."""
        self._try(self.engine.cancel_job)

    def action_undo(self) -> None:
        """Take back the last change."""
        self.instrument.waiting.forget()
        self._try(self.engine.undo)

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self.instrument.waiting.forget()
        self._try(self.engine.redo)

    def action_open(self) -> None:
        """Ask for a path."""
        self.push_screen(OpenScreen(), self._open)

    def _open(self, path: Path | None) -> None:
        if path is not None:
            self._try(self.engine.load_folder if path.is_dir() else self.engine.open_audio, path)

    def action_sounds(self) -> None:
        """Browse other sounds for the lane under the cursor."""
        machine = self.snapshot.status.machine
        self.sounds = SoundsScreen(machine.pattern.tracks, self.instrument.cursor[0], self.wishes)
        self.push_screen(self.sounds)

    def action_next_sound(self, by: int) -> None:
        """Give the lane under the cursor the next sound, or the one before, from its next hit on."""
        self._try(self.engine.swap_next, self.instrument.track.name, by, self.wishes, Boundary.NOW)

    @on(SoundsScreen.Wanted)
    def _sounds_wanted(self, event: SoundsScreen.Wanted) -> None:
        self._try(self.engine.browse, event.track, event.where, event.path)

    @on(SoundsScreen.Chosen)
    def _sound_chosen(self, event: SoundsScreen.Chosen) -> None:
        self.wishes = event.wishes
        if event.boundary is None:
            self._try(self.engine.audition, event.track, event.place, event.wishes)
        elif event.kit:
            self._try(self.engine.swap_kit, event.kit, event.wishes, event.boundary)
        else:
            self._try(self.engine.swap, event.track, event.place, event.wishes, event.boundary)

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(KeysScreen(self.keymap, self.glyphs))

    def action_detach(self) -> None:
        """Leave the screen; the music plays on."""
        self.engine.close()
        self.exit(message="The music plays on. Come back with: tao_live.py attach")

    def action_help_quit(self) -> None:
        """Ctrl+C asks to quit, like q."""
        self.call_later(self.action_quit)

    async def action_quit(self) -> None:
        """End the engine and leave; while it plays, only when asked twice within two seconds."""
        now_s = time.monotonic()
        if self.engine.connected and self.snapshot.meters.playing and now_s >= self.quit_until_s:
            self.quit_until_s = now_s + QUIT_WITHIN_S
            self.say("q again stops the music and leaves; ^p detach leaves it playing.", for_s=QUIT_WITHIN_S)
            return
        if self.engine.connected:
            self._try(self.engine.quit)
        self.engine.close()
        self.exit()

    def get_system_commands(self, screen: Screen) -> Iterable[SystemCommand]:
        """Every action of the keymap, and the themes."""
        for action in self.keymap:
            if action.id not in ("palette", "escape", "digit-9", "digit-0"):
                yield SystemCommand(action.id, action.help, partial(self.run_action, action.call))
        yield SystemCommand("theme", "choose other colours", self.action_change_theme)


def open_face(engine: EngineHandle, environ: Mapping[str, str], keymap: Keymap | None = None) -> None:
    """Run the face in this terminal until the musician leaves. Glyphs and rate fit the terminal."""
    TaoApp(engine, glyphs_for(environ, sys.platform), keymap, frames_per_second(environ)).run()
