"""Every key of the keymap does what its action is for. A new action needs a row here."""

from typing import Any

import pytest
from textual.command import CommandPalette
from textual.screen import Screen

from engine.core.commands import (
    BypassRack,
    DoubleReading,
    FillBars,
    HalveReading,
    Panic,
    Play,
    ReleaseEffects,
    SetClockSource,
    SetFill,
    SetListen,
    SetLock,
    SetStep,
    SetTempo,
    ShiftDownbeat,
    ToggleStep,
    TriggerPad,
)
from engine.core.commands.boundary import Boundary
from engine.core.machine import Listen
from engine.core.midi import ClockSource
from engine.core.pattern import Step
from engine.core.requests import FitOptions
from tests.tui.fake import FakeEngine
from tui.keymap import Keymap
from tui.screens.ask_name import AskNameScreen
from tui.screens.ask_value import AskValueScreen
from tui.screens.export import ExportScreen
from tui.screens.facts import FactsScreen
from tui.screens.help import HelpScreen
from tui.screens.methods import MethodsScreen
from tui.screens.midi import MidiScreen
from tui.screens.open_loop import OpenScreen
from tui.screens.sounds import SoundsScreen
from tui.step_values import Values

DRUMS = ("kick", "snare", "tom", "hihat", "ride", "crash")
CALLS: dict[str, Any] = {  # commands and requests, in the demo machine, stopped, with the cursor on the first kick
    "play": Play(), "tempo-up": SetTempo(97.0), "tempo-down": SetTempo(95.0), "panic": Panic(),
    "source": SetClockSource(list(ClockSource)[(list(ClockSource).index(ClockSource.AUTO) + 1) % len(ClockSource)]),
    "halve": HalveReading(), "double": DoubleReading(), "downbeat": ShiftDownbeat(1), "toggle": ToggleStep("kick", 0),
    "clear": SetStep("kick", 0, None), "listen": SetListen(Listen.ORIGINAL), "listen-now": SetListen(Listen.ORIGINAL),
    "fill": SetFill(True), "fill-bar": FillBars(), "rack": BypassRack(True), "effects-off": ReleaseEffects(),
    "lock": SetLock("kick", True), "velocity-up": SetStep("kick", 0, Step(1.0)),
    "velocity-down": SetStep("kick", 0, Step(0.9)), "record": ("start_recording", 8),
    "cancel-take": ("cancel_recording",), "catch": ("capture_last", 8), "overdub": ("overdub",),
    "resample": ("resample", "master", 8), "hold": ("hold", 8), "count-in": ("set_recording",),
    "threshold": ("set_recording",), "monitor": ("set_recording",), "decompose": ("decompose",),
    "correct": ("correct",), "cancel-job": ("cancel_job",), "undo": ("undo",), "redo": ("redo",),
    "new": ("new", Boundary.BAR), "next-sound": ("swap_next", "kick", 1, FitOptions(), Boundary.NOW),
    "previous-sound": ("swap_next", "kick", -1, FitOptions(), Boundary.NOW),
    **{f"track-{number}": TriggerPad(name) for number, name in enumerate(DRUMS, 1)}}
LEADERS = {"gain": "master", **{name: name for name in (
    "length", "mute", "solo", "velocity", "timing", "probability", "condition", "ratchet", "change", "pattern", "grid",
    "swing", "crossbreed", "shape", "effects", "meter", "pads")}}
SCREENS: dict[str, type[Screen]] = {
    "type-tempo": AskValueScreen, "open": OpenScreen, "save": AskNameScreen, "export": ExportScreen,
    "sounds": SoundsScreen, "midi": MidiScreen, "methods": MethodsScreen, "learn": MidiScreen,
    "palette": CommandPalette, "messages": FactsScreen, "jobs": FactsScreen, "audio": FactsScreen, "sync": FactsScreen,
    "help": HelpScreen}
CURSORS = {"left": (0, 31), "right": (0, 1), "up": (5, 0), "down": (1, 0), "bar-left": (0, 16), "bar-right": (0, 16),
           "mark-left": (0, 0), "mark-right": (0, 1), "next-uncertain": (1, 25)}
NOTICES = {"boundary": "Mutes and solos take effect", "tap": "Tap 2 more.", "copy": "Copied kick.",
           "next-reading": "The tempo is certain", "bring-back": "No hits were left out on kick.",
           "second-name": "There is no second-best name", "cut": "No steps are marked.", "paste": "kick",
           "grid-values": "Grid: velocity"}
QUIET = {"track-7", "track-8", "digit-9", "digit-0", "escape"}  # no such track, or nothing to cancel
ELSEWHERE = {"quit", "move-earlier", "move-later"}  # test_keys.py, test_range_keys.py
IN_PALETTE = {"resample-kit", "resample-track", "readings", "save-set", "detach"}  # actions without a key


def test_every_action_has_a_row() -> None:
    rows = [set(table) for table in (CALLS, LEADERS, SCREENS, CURSORS, NOTICES, QUIET, ELSEWHERE, IN_PALETTE)]
    assert set().union(*rows) == {action.id for action in Keymap()}
    assert sum(map(len, rows)) == len(set().union(*rows))
    assert {action.id for action in Keymap() if not action.keys} == IN_PALETTE


async def reset(tao) -> None:
    """The demo machine, stopped; the cursor at the beginning; nothing open or waiting."""
    while len(tao.app.screen_stack) > 1:
        tao.app.pop_screen()
        await tao.pilot.pause()
    fresh, engine, screen = FakeEngine(), tao.engine, tao.app.instrument
    engine.status, engine.meters = fresh.status, fresh.meters
    engine.calls.clear()
    tao.app.messages.read()
    screen.pending_edits.forget()
    screen.leader, screen.marked_from, screen.cursor, screen.grid_values = "", None, (0, 0), Values.HITS
    await tao.look()


@pytest.mark.parametrize("group", Keymap().groups, ids=lambda group: group.name)
async def test_every_key_does_what_its_action_is_for(open_tao, engine, group):
    async with open_tao() as tao:
        for action in group.actions:
            for key in action.keys if action.id not in ELSEWHERE else ():
                await reset(tao)
                await tao.pilot.press(key)
                await tao.look()
                screen = tao.app.instrument
                assert engine.calls == ([CALLS[action.id]] if action.id in CALLS else
                                        [("browse", *engine.calls[0][1:])] if action.id == "sounds" else
                                        engine.calls[:1] if action.id == "paste" else []), action.id
                assert screen.leader == LEADERS.get(action.id, ""), action.id
                assert type(tao.app.screen) is SCREENS.get(action.id, type(screen)), action.id
                assert screen.cursor == CURSORS.get(action.id, (0, 0)), action.id
                if action.id in NOTICES and action.id != "paste":
                    assert NOTICES[action.id] in screen.notice_line.text, action.id
