"""The instrument under hands: keys and clicks become questions for TaoApp."""

from textual import on

from engine.core.commands import SetListen, TriggerPad
from engine.core.commands.boundary import Boundary
from engine.core.machine import Listen
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.effects import EffectKeys
from tui.modes.leader_keys import END, LengthChosen
from tui.modes.patterns import PatternKeys
from tui.modes.sound import SoundKeys
from tui.modes.steps import StepKeys
from tui.modes.tempo import TempoKeys
from tui.waiting import Topic
from tui.widgets.lane import Lane
from tui.widgets.pads import Pad


class InstrumentScreen(StepKeys, PatternKeys, EffectKeys, SoundKeys, TempoKeys):
    """The panel under hands: every key and click becomes a question for TaoApp, or moves the cursor."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self.leads |= {"length": self._length}

    def action_listen(self, when: str) -> None:
        """Go on to the next of Original, Kit + Residual and Kit."""
        order = list(Listen)
        following = order[(order.index(self.wanted(Topic("listen"))) + 1) % len(order)]
        if self.playing_machine.loop is None:
            self.ask(SetListen(following))  # the engine says what is missing; nothing is waited for
        else:
            self.want(Topic("listen"), following, SetListen(following), Boundary(when))

    async def action_escape(self) -> None:
        """Nothing is marked any more. Esc twice in a row silences everything; TaoApp counts."""
        self.marked_from = None
        await self.app.run_action("escape")

    def action_digit(self, digit: int) -> None:
        """Strike the track's one-shot."""
        self._strike(digit)

    def _length(self, key: str) -> str | None:
        self.post_message(LengthChosen(key))
        return END

    async def action_resample_track(self) -> None:
        """Record the track that the cursor is on."""
        await self.app.run_action(f"resample({self.track.name!r})")

    def _strike(self, number: int) -> None:
        if 1 <= number <= len(self.playing_machine.pattern.tracks):
            self.ask(TriggerPad(self.playing_machine.pattern.tracks[number - 1].name))

    @on(Lane.StepPressed)
    def _step_pressed(self, event: Lane.StepPressed) -> None:
        self.marked_from = None
        self.cursor = event.number - 1, event.index
        self.action_strike()

    @on(Lane.LabelPressed)
    def _label_pressed(self, event: Lane.LabelPressed) -> None:
        if event.part == "name":
            self._strike(event.number)
        else:
            self.switch(event.number - 1, event.part)

    @on(Pad.Struck)
    def _pad_struck(self, event: Pad.Struck) -> None:
        self._strike(event.number)
