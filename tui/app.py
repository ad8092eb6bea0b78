"""TaoApp: the only holder of the engine's connection. Thirty times a second it reads a snapshot and shows it."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

from textual import on
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.events import Key
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES

from engine.core.commands import Boundary
from engine.core.snapshot import Snapshot
from tui.dropouts import Dropouts
from tui.engine_connection import EngineConnection
from tui.facts import audio_lines, job_lines, message_lines, sync_lines
from tui.glyphs import UNICODE, Glyphs
from tui.guide import Guide, steps
from tui.jitter import Jitter
from tui.keymap import Keymap, key_table
from tui.messages import Messages
from tui.modes.mode import Actions
from tui.paths import is_set
from tui.requests import Requests
from tui.screen_setup import Look, ScreenSetup
from tui.screens.ask_name import AskNameScreen
from tui.screens.export import ExportChoice, ExportScreen, folder_of
from tui.screens.facts import FactsScreen, Lines
from tui.screens.guide import GuideScreen
from tui.screens.help import HelpScreen
from tui.screens.instrument import InstrumentScreen
from tui.screens.open_loop import OpenScreen
from tui.screens.panel import Said
from tui.theme import OURS, SHADES
from tui.titles import title_with_keys
from tui.widgets.readout import ActionRequested

TWICE_WITHIN_S = 2.0
NOTICE_S = 6.0
FIRST_WORDS_S = 20.0
PLAIN_LOOK = Look()
LOAD_EVERY_S = 0.5
EXPORTERS = "tao.exporters"
PAGES = (FactsScreen, HelpScreen, GuideScreen)  # they have nothing to type or to choose
PLAYED_UNDER_PAGES = ("play", "listen", "listen-now", *(f"track-{number}" for number in range(1, 9)))
PAGE_KEYS = ("messages", "jobs", "sync", "audio", "help")
NOT_IN_PALETTE = ("palette", "escape", "digit-9", "digit-0")


class TaoApp(App[None]):
    """A client of a running engine. `detach` leaves the music on; `quit` ends the engine. Every key of the keymap goes
    through the instrument screen; `perform` does the same for the mouse and the palette."""

    CSS_PATH = "tao.tcss"
    TITLE = "Tao"
    ALLOW_SELECT = False

    def __init__(self, engine: EngineConnection, glyphs: Glyphs = UNICODE, keymap: Keymap | None = None,
                 look: Look = PLAIN_LOOK, problems: tuple[str, ...] = (), guide: Guide | None = None) -> None:
        super().__init__()
        self.engine, self.glyphs, self.keymap, self.look = engine, glyphs, keymap or Keymap(), look
        self.requests = Requests(engine, self.say)
        self.snapshot: Snapshot = engine.snapshot()
        self.instrument = InstrumentScreen(glyphs, self.keymap, self.snapshot, self.requests, self._actions(),
                                           lambda: self.messages.read())
        self.messages, self.clock, self.guide = Messages(), time.monotonic, guide
        self._ids = key_table(self.keymap)
        self.quit_until_s = self.new_until_s = 0.0
        self.load = 0.0
        self.dropouts, self.jitter = Dropouts(), Jitter()
        self._export_choice = ExportChoice()
        for theme in OURS:
            self.register_theme(theme)
        self.theme = look.theme
        for name in BUILTIN_THEMES:
            self.unregister_theme(name)
        if problems:
            more = f" (`tao_live.py keys` says {len(problems) - 1} more.)" if len(problems) > 1 else ""
            self.say(problems[0] + more, for_s=FIRST_WORDS_S)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The three greys that our styles use and other themes do not name."""
        return SHADES

    def _keep_theme(self, name: str) -> None:
        """Remember a theme that was chosen here."""
        if self.look.keep_theme is not None:
            self.requests.attempt(self.look.keep_theme, name)

    def get_default_screen(self) -> Screen:
        """The instrument itself."""
        return self.instrument

    def on_ready(self) -> None:
        """Start reading, now that there is a screen."""
        self.set_class(self.glyphs.name == "ascii", "-ascii")
        self.read()
        self.show_load()
        self.set_interval(1 / self.look.fps, self.read)
        self.theme_changed_signal.subscribe(self, lambda theme: self._keep_theme(theme.name))
        self.set_interval(LOAD_EVERY_S, self.show_load)
        if self.guide is not None and self.guide.wanted:
            self.show_guide(self.guide)

    def read(self) -> None:
        """Read the newest snapshot and hand it to the screens."""
        newest = self.engine.snapshot()
        self._say_new_notices(newest)
        self.snapshot = newest
        self.load = max(self.load, newest.meters.load)
        now_s = self.clock()
        self.jitter.seen(newest.status.sync, now_s)
        advice = self.dropouts.seen(newest.meters.dropped_blocks, newest.status.block_frames, now_s)
        if advice is not None and newest.status.backend != "null":  # there, no buffer could be larger
            self.say(advice, urgent=True)
        banner = newest.status.banner or ""
        if not self.engine.connected:
            banner = f"{banner or 'The engine has stopped.'} Press {self.keymap.key_of('quit', self.glyphs)} to quit."
        said = Said(banner, self.messages.shown(now_s), len(self.messages.unread), self.engine.connected)
        self.instrument.show_snapshot(newest, said, now_s)
        for screen in self.screen_stack:
            if isinstance(screen, FactsScreen) and screen.is_mounted:
                screen.show()

    def show_load(self) -> None:
        """Show the highest load since the last time."""
        self.instrument.show_load(max(self.load, self.snapshot.meters.load))
        self.load = 0.0

    def say(self, text: str, urgent: bool = False, for_s: float = NOTICE_S) -> None:
        """Show a sentence in the message area, and keep it in the history."""
        self.messages.add(text, urgent, self.clock(), for_s)

    def on_key(self, event: Key) -> None:
        """Do what a key means that the page on top has no use for: panic works everywhere, and what is played goes on
        under a page that only tells; the key of another such page turns to it."""
        action_id, page = self._ids.get(event.key, ""), self.screen
        tells = isinstance(page, PAGES)
        if action_id != "panic" and not (tells and action_id in (*PLAYED_UNDER_PAGES, *PAGE_KEYS)):
            return
        event.stop()
        event.prevent_default()
        if action_id in PAGE_KEYS:
            page.dismiss()
        if action_id != page.name:
            self.perform(action_id)

    def perform(self, action_id: str) -> None:
        """Carry out an action of the keymap."""
        self.instrument.actions[action_id]()

    def _actions(self) -> Actions:
        """What those keys do that concern the whole program, or a request without a mode of its own."""
        ask = self.requests.attempt
        return {"decompose": partial(ask, self.engine.decompose), "correct": partial(ask, self.engine.correct),
                "cancel-job": partial(ask, self.engine.cancel_job), "open": self.ask_for_path, "save": self.ask_for_kit,
                "save-set": self.ask_for_set, "new": self.start_over, "export": self.ask_what_to_export,
                "help": self.show_help, "messages": self.show_messages,
                "jobs": partial(self.show_facts, "jobs", "Jobs", job_lines),
                "sync": partial(self.show_facts, "sync", "Sync and MIDI",
                                lambda now: sync_lines(now, self.jitter, self.glyphs)),
                "audio": partial(self.show_facts, "audio", "Audio", audio_lines),
                "palette": self.action_command_palette, "detach": self.detach, "quit": self.quit}

    def _say_new_notices(self, newest: Snapshot) -> None:
        known = Counter(self.snapshot.status.notices)
        for notice in newest.status.notices:
            if known[notice]:
                known[notice] -= 1
            else:
                self.say(notice.text, notice.urgent)

    @on(ActionRequested)
    def _action_requested(self, event: ActionRequested) -> None:
        self.perform(event.action_id)

    def ask_for_path(self) -> None:
        """Ask for a loop or a folder, and open it."""
        self.push_screen(OpenScreen(), self._open)

    def _open(self, path: Path | None) -> None:
        if path is not None:
            open_it = self.engine.open_set if is_set(path) else self.engine.open_file
            self.requests.attempt(open_it, path)

    def ask_for_kit(self) -> None:
        """Ask for the kit's name, and save it."""
        machine = self.snapshot.status.machine
        if not machine.kit.one_shots:
            self.say("There is no kit to save yet. Record a loop, or open one.")
            return
        self.push_screen(AskNameScreen("Save the kit as:", machine.kit.name), self._with_name(self.engine.save_kit))

    def ask_for_set(self) -> None:
        """Ask for the set's name, and save it."""
        self.push_screen(AskNameScreen("Save takes, kits, MIDI and journal as a set called:", ""),
                         self._with_name(self.engine.save_set))

    def _with_name(self, save: Callable[[str], None]) -> Callable[[str | None], None]:
        """What to do with an answer: save under that name."""
        def named(name: str | None) -> None:
            if name is not None:
                self.requests.attempt(save, name)

        return named

    def start_over(self) -> None:
        """Empty the machine; while it plays, only when asked twice within two seconds, and on the bar line."""
        now_s, playing = time.monotonic(), self.snapshot.meters.playing
        if playing and now_s >= self.new_until_s:
            self.new_until_s = now_s + TWICE_WITHIN_S
            self.say(f"Press {self.keymap.key_of('new', self.glyphs)} again to empty the machine on the bar line. "
                     f"{self.keymap.key_of('undo', self.glyphs)} brings everything back.", for_s=TWICE_WITHIN_S)
            return
        self.requests.attempt(self.engine.new, Boundary.BAR)

    def ask_what_to_export(self) -> None:
        """Ask for formats and a folder, and have what plays exported."""
        formats = tuple(sorted(point.name for point in entry_points(group=EXPORTERS)))
        self.push_screen(ExportScreen(formats, self._export_choice), self._export)

    def _export(self, choice: ExportChoice | None) -> None:
        if choice is not None:
            self._export_choice = choice
            self.requests.attempt(self.engine.export_kit, choice.formats, folder_of(choice), choice.settings)

    def show_guide(self, guide: Guide) -> None:
        """Show the three steps of the first start, this once."""
        self.push_screen(GuideScreen(steps(self.keymap, self.glyphs)), lambda _: guide.done())

    def show_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen(self.keymap, self.glyphs))

    def show_messages(self) -> None:
        """Show all that was said, and put the warnings away."""
        self.messages.read()
        self.push_screen(FactsScreen("messages", "Messages", lambda: message_lines(
            self.messages.history, self.clock(), self.glyphs.warning)))

    def show_facts(self, action_id: str, title: str, lines: Callable[[Snapshot], Lines]) -> None:
        """Show a page of facts about the newest snapshot."""
        self.push_screen(FactsScreen(action_id, title, lambda: lines(self.snapshot)))

    def detach(self) -> None:
        """Close the screen; the music plays on."""
        self.engine.close()
        self.exit(message="The music plays on. Come back with: tao_live.py attach")

    def quit(self) -> None:
        """End the engine and leave; while it plays, only when asked twice within two seconds."""
        now_s = time.monotonic()
        if self.engine.connected and self.snapshot.meters.playing and now_s >= self.quit_until_s:
            self.quit_until_s = now_s + TWICE_WITHIN_S
            quit_key, palette = (self.keymap.key_of(id_, self.glyphs) for id_ in ("quit", "palette"))
            self.say(f"Press {quit_key} again to stop the music and quit. To keep it playing: {palette}, detach.",
                     for_s=TWICE_WITHIN_S)
            return
        if self.engine.connected:
            self.requests.attempt(self.engine.quit)
        self.engine.close()
        self.exit()

    def action_command_palette(self) -> None:
        """Textual's palette, in our words."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="Find an action…", id="--command-palette"))

    async def action_quit(self) -> None:
        """Textual's own ctrl+q, which works on every screen."""
        self.quit()

    def action_help_quit(self) -> None:
        """Textual's own ctrl+c: quit, as q does."""
        self.quit()

    def get_system_commands(self, screen: Screen) -> Iterable[SystemCommand]:
        """The palette: every action of the keymap, and the themes."""
        for action in self.keymap:
            if action.id not in NOT_IN_PALETTE:
                yield SystemCommand(title_with_keys(action, self.glyphs), action.help, partial(self.perform, action.id))
        yield SystemCommand("Theme", "choose other colours", self.action_change_theme)


def open_screen(engine: EngineConnection, setup: ScreenSetup, guide: Guide | None = None) -> None:
    """Show the instrument in this terminal until the musician leaves."""
    TaoApp(engine, setup.glyphs, setup.keymap, setup.look, setup.problems, guide).run()
