"""Every key, by action id: the one table that keys, footer, help and palette are made from. `tui.modes` says what
each action does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.core.errors import InvalidValue, UsageError
from tui.glyphs import Glyphs
from tui.key_names import key_label as key_label
from tui.key_names import key_named, key_words
from tui.key_presets import PRESETS, Preset


@dataclass(frozen=True, slots=True)
class Action:
    """Something that keys do. label: for the footer, empty to leave it out; range_label: how the footer and the help
    write a row of keys, such as 1-8. An action without keys is in the palette alone."""

    id: str
    keys: tuple[str, ...]
    help: str
    label: str = ""
    range_label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Actions that the help screen lists together."""

    name: str
    actions: tuple[Action, ...]


def _trigger(number: int) -> Action:
    in_footer = ("hit", "1-8") if number == 1 else ("", "")
    return Action(f"track-{number}", (str(number),), f"trigger track {number}'s one-shot", *in_footer)


GROUPS = (
    Group("Transport", (
        Action("play", ("space",), "play from bar 1, or stop", "play"),
        Action("record", ("r",), "record from the next bar line; again: end the take", "rec"),
        Action("length", ("L",), "then 1-9 bars, 0: 16; up: double; down: half; L: free"),
        Action("tempo-up", ("plus", "equals_sign"), "1 BPM faster"),
        Action("tempo-down", ("minus",), "1 BPM slower"),
        Action("tap", ("j",), "tap the tempo: three taps or more"),
        Action("type-tempo", ("J",), "type a tempo, such as 136.88"),
        Action("source", ("f3",), "cycle clock source: internal, MIDI, Link, JACK, auto"),
        Action("boundary", ("B",), "choose when mutes and solos take effect"),
        Action("gain", ("M",), "then arrows: master fader; 0: back to 0 dB"),
        Action("panic", ("f12",), "silence everything, as Esc Esc does; again: stop"),
    )),
    Group("Takes", (
        Action("cancel-take", ("ctrl+r",), "cancel the take"),
        Action("catch", ("R",), "turn the last bars you played into a take"),
        Action("overdub", ("O",), "record another layer over the loop"),
        Action("resample", ("z",), "record Tao's own output, after the effects"),
        Action("resample-kit", (), "record the kit alone, before the effects"),
        Action("resample-track", (), "record the selected track alone"),
        Action("hold", ("Z",), "loop Tao's last bars while you load something else"),
        Action("count-in", ("k",), "count-in: 1 bar, 2 bars, off"),
        Action("threshold", ("T",), "start takes on a sound: -40, -30, -20 dB, off"),
        Action("monitor", ("i",), "input monitoring: on, only for takes, off"),
    )),
    Group("Loop", (
        Action("decompose", ("d",), "decompose the loop again", "solve"),
        Action("methods", ("ctrl+t",), "choose the plugins that decompose: transcriber ..."),
        Action("correct", ("D",), "re-solve the kit from your edited steps"),
        Action("listen", ("a",), "hear Original, Kit + Residual or Kit, on the bar line", "hear"),
        Action("listen-now", ("A",), "the same, at once"),
        Action("halve", ("h",), "count the loop at half the tempo; same sound"),
        Action("double", ("H",), "count the loop at twice the tempo"),
        Action("next-reading", ("I",), "BPM?, uncertain: read the loop the next likely way"),
        Action("readings", (), "choose between the loop's likely tempos: 1, 2, 3"),
        Action("meter", ("C",), "then 2-5: 2/4 to 5/4; 6, 7, 9, 0: 6/8, 7/8, 9/8, 12/8"),
        Action("downbeat", ("o",), "move the bar line one step later in the loop"),
        Action("open", ("ctrl+o",), "open audio, a kit, a set, or another program's files"),
        Action("save", ("ctrl+s",), "save the kit under a name; edits are saved anyway"),
        Action("new", ("ctrl+n",), "start over with an empty machine; u brings it back"),
        Action("save-set", (), "save takes, kits, MIDI and journal as one folder"),
        Action("export", ("ctrl+e",), "export what plays for other programs and samplers"),
        Action("cancel-job", ("ctrl+x",), "stop the running decomposition"),
    )),
    Group("Steps", (
        Action("left", ("left",), "one step back"),
        Action("right", ("right",), "one step forward"),
        Action("up", ("up",), "the track above"),
        Action("down", ("down",), "the track below"),
        Action("bar-left", ("ctrl+left",), "one bar back"),
        Action("bar-right", ("ctrl+right",), "one bar forward"),
        Action("toggle", ("enter",), "put a hit on the step, or clear it", "step"),
        Action("clear", ("backspace",), "clear the step"),
        Action("mark-left", ("shift+left",), "mark steps to the left; arrows extend, Esc unmarks"),
        Action("mark-right", ("shift+right",), "mark steps to the right; then edit them together"),
        Action("copy", ("y",), "copy the marked steps, or the whole track"),
        Action("cut", ("w",), "cut the marked steps"),
        Action("paste", ("Y",), "paste steps here, or a whole track on this one"),
        Action("move-earlier", ("comma",), "move the step, or the marked steps, one earlier"),
        Action("move-later", ("full_stop",), "move one later; a step in the way swaps places"),
        Action("velocity-up", ("shift+up",), "play the step harder"),
        Action("velocity-down", ("shift+down",), "play the step softer"),
        Action("velocity", ("v",), "then 1-9, 0: velocity 10-90, 100 %"),
        Action("timing", ("t",), "then arrows, or 1-9: from early to late"),
        Action("probability", ("p",), "then 1-9, 0 or arrows: probability"),
        Action("condition", ("c",), "then A, B: pass A of every B; f: in fills, n: not"),
        Action("ratchet", ("x",), "then 1-8: strokes in this step"),
        Action("change", ("K",), "then p, d, f, o: pitch, decay, filter or one-shot"),
        Action("next-uncertain", ("N",), "go to the next uncertain step, marked ?"),
        Action("grid-values", ("V",), "show hits, velocity, timing ... in the grid"),
        Action("bring-back", ("ctrl+b",), "bring back the soft hits left out on this track"),
    )),
    Group("Patterns", (
        Action("pattern", ("g",), "then 1-9, 0, a-f: next pattern; several: a chain", "pattern"),
        Action("fill", ("Q",), "start a fill; again: end it"),
        Action("fill-bar", ("W",), "fill the next bar"),
        Action("grid", ("G",), "then arrows: this track's length, steps per beat"),
        Action("swing", ("S",), "then arrows: swing of the pattern, of this track"),
        Action("crossbreed", ("ctrl+g",), "then a, b: keep this loop as A, B; arrows: morph"),
    )),
    Group("Kit", (
        *(_trigger(number) for number in range(1, 9)),
        Action("pads", ("P",), "play the tracks from two rows of letters; Esc: done"),
        Action("mute", ("m",), "then 1-8: mute that track; m again: this track", "mute"),
        Action("solo", ("s",), "then 1-8: solo that track; s again: this track", "solo"),
        Action("sounds", ("f6",), "browse other sounds for this track", "sounds"),
        Action("next-sound", ("n",), "next sound for this track, from its next hit on"),
        Action("previous-sound", ("b",), "previous sound for this track"),
        Action("shape", ("e",), "then a letter and arrows: shape this track's sound"),
        Action("second-name", ("X",), "call this track by its second-best name"),
        Action("lock", ("l",), "keep this track's one-shot when you load a kit"),
    )),
    Group("Effects", (
        Action("effects", ("f",), "then 1-9: latch or release; arrows: adjust", "fx"),
        Action("effects-off", ("F",), "release every effect; echoes and reverb ring out"),
        Action("rack", ("E",), "bypass the effects rack, or bring it back"),
    )),
    Group("MIDI", (
        Action("midi", ("f4",), "ports, clocks, other instruments, controllers"),
        Action("learn", ("ctrl+l",), "MIDI learn: press Enter, then move a control"),
    )),
    Group("Tao", (
        Action("undo", ("u", "ctrl+z"), "undo the last change, mutes and effects too", "undo"),
        Action("redo", ("U", "ctrl+y"), "redo the change you undid"),
        Action("digit-9", ("9",), "9, after a key such as v or L"),
        Action("digit-0", ("0",), "0, after a key such as v or L"),
        Action("escape", ("escape",), "cancel what you started; unmark steps"),
        Action("palette", ("ctrl+p",), "find any action by name"),
        Action("messages", ("f8",), "read every message, and put warnings away"),
        Action("jobs", ("f7",), "what is being decomposed, and what it has found"),
        Action("sync", ("f9",), "the clock, its jitter, and what comes in by MIDI"),
        Action("audio", ("f2",), "the audio device, its load and its levels"),
        Action("detach", (), "close the screen and let the music play on"),
        Action("help", ("question_mark", "f1"), "show these keys", "keys"),
        Action("quit", ("q", "ctrl+q"), "stop the engine and quit; twice while it plays", "quit"),
    )),
)

MIDI_KEYS = Group("On the MIDI screen", (
    Action("midi-change", ("enter",), "change the line: choose a port, learn a control ..."),
    Action("midi-forget", ("backspace", "delete"), "disconnect the port; forget the control"),
    Action("midi-less", ("left",), "clock 1 ms earlier; channel down"),
    Action("midi-more", ("right",), "clock 1 ms later; channel up"),
    Action("midi-much-less", ("shift+left",), "clock 10 ms earlier"),
    Action("midi-much-more", ("shift+right",), "clock 10 ms later"),
    Action("midi-note-up", ("plus", "equals_sign"), "the track's MIDI note up"),
    Action("midi-note-down", ("minus",), "the track's MIDI note down"),
    Action("midi-clock", ("c",), "send MIDI clock, or stop sending it"),
    Action("midi-runs", ("s",), "run the clock while stopped, or not"),
    Action("midi-position", ("p",), "follow the input's Song Position, or ignore it"),
    Action("midi-hear", ("h",), "play the track in Tao too, or only there"),
    Action("midi-write", ("w",), "record pad hits into the pattern, or not"),
    Action("midi-source", ("f3",), "cycle clock source"),
    Action("midi-play", ("space",), "play, or stop"),
    Action("midi-panic", ("f12",), "silence every voice and every output"),
    Action("midi-help", ("question_mark", "f1"), "show every key"),
    Action("midi-close", ("escape", "f4", "q"), "close"),
))
LOCAL_GROUPS = (MIDI_KEYS,)  # keys of a screen of their own: elsewhere they may do something else


@dataclass(frozen=True, slots=True)
class Clash:
    """A key that two actions of one screen share."""

    key: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force: the defaults, or with some of them replaced by action id. local: keys of other screens."""

    groups: tuple[Group, ...] = field(default=GROUPS)
    local: tuple[Group, ...] = LOCAL_GROUPS
    preset: str = "qwerty"

    @property
    def pad_row(self) -> tuple[str, ...]:
        """The letters that play the pads while they are open."""
        return PRESETS[self.preset].pad_row

    def pad_labels(self, glyphs: Glyphs) -> str:
        """Those letters as the keyboard shows them."""
        return "".join(key_label(key, glyphs) for key in self.pad_row)

    @property
    def midi(self) -> Group:
        """The keys of the MIDI screen."""
        return next(group for group in self.local if group.name == MIDI_KEYS.name)

    def __iter__(self) -> Iterator[Action]:
        return (action for group in self.groups for action in group.actions)

    def __getitem__(self, action_id: str) -> Action:
        return next(action for action in self if action.id == action_id)

    def key_of(self, action_id: str, glyphs: Glyphs) -> str:
        """The first key of an action, as a sentence names it; the action's id if it has none."""
        keys = self[action_id].keys
        return key_words(keys[0], glyphs) if keys else action_id

    @property
    def ids(self) -> frozenset[str]:
        """Every action id, those of other screens too."""
        return frozenset(action.id for group in self.groups + self.local for action in group.actions)

    def with_preset(self, preset: Preset) -> "Keymap":
        """The same actions as a keyboard has them."""
        return replace(self.changed(preset.keys), preset=preset.name)

    def with_keys(self, keys_by_id: Mapping[str, str]) -> "Keymap":
        """The same actions under other keys, comma separated as in `{"record": "r,f5"}`.

        Raises UsageError for an action that does not exist, what is no key, or a key that two actions of one screen
        would share.
        """
        unknown = sorted(set(keys_by_id) - self.ids)
        if unknown:
            raise UsageError(f"No action is called {unknown[0]!r}. Actions: {', '.join(sorted(self.ids))}.")
        changed = self.changed({action_id: _keys_in(action_id, text) for action_id, text in keys_by_id.items()})
        clash = next(changed.clashes(), None)
        if clash is not None:
            raise UsageError(f"The key {clash.key} is assigned to both {clash.first} and {clash.second}. Give one "
                             "another key.")
        return changed

    def changed(self, keys_by_id: Mapping[str, tuple[str, ...]]) -> "Keymap":
        """The same actions under other keys, whether or not they clash."""
        return replace(self, groups=tuple(_changed(group, keys_by_id) for group in self.groups),
                       local=tuple(_changed(group, keys_by_id) for group in self.local))

    def clashes(self) -> Iterator["Clash"]:
        """Every key that means two things on one screen."""
        for actions in (tuple(self), *(group.actions for group in self.local)):
            owners: dict[str, str] = {}
            for action in actions:
                for key in action.keys:
                    owner = owners.setdefault(key, action.id)
                    if owner != action.id:
                        yield Clash(key, owner, action.id)


def keymap_with(words: Iterable[str], keymap: Keymap | None = None) -> Keymap:
    """The keymap with keys replaced, each word as `record=r,f5`. Raises UsageError."""
    keys_by_id: dict[str, str] = {}
    for word in words:
        action_id, sign, keys = word.partition("=")
        if not sign:
            raise UsageError(f"--keys got {word!r}. Name a keyboard ({', '.join(PRESETS)}) or write "
                             "ACTION=KEY,KEY, such as record=r,f5.")
        keys_by_id[action_id.strip()] = keys
    return (keymap or Keymap()).with_keys(keys_by_id)


def key_table(actions: Iterable[Action]) -> dict[str, str]:
    """The action id of every key."""
    return {key: action.id for action in actions for key in action.keys}


def _changed(group: Group, keys_by_id: Mapping[str, tuple[str, ...]]) -> Group:
    return replace(group, actions=tuple(replace(action, keys=keys_by_id.get(action.id, action.keys))
                                        for action in group.actions))


def _keys_in(action_id: str, text: str) -> tuple[str, ...]:
    """The keys in a comma-separated list; none in an empty one. Raises UsageError."""
    try:
        return tuple(key_named(key) for key in text.split(",") if key.strip())
    except InvalidValue as problem:
        raise UsageError(f"The keys of {action_id} are {text!r}, but {problem}. Write keys such as r, f5, ctrl+r or "
                         "shift+left.") from None
