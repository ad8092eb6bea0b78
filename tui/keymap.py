"""Every key, by action id. Bindings, footer, help and palette are all made from this one list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.core.errors import UsageError
from tui.glyphs import Glyphs

NAMED_KEYS = {"question_mark": "?", "plus": "+", "minus": "-", "equals_sign": "=", "escape": "Esc", "comma": ",",
              "full_stop": "."}


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key asks for. `call`: the Textual action; `label`: for the footer, empty for none there;
    without keys it is in the palette alone. `range_label` stands for a row of keys in the footer."""

    id: str
    keys: tuple[str, ...]
    call: str
    help: str
    label: str = ""
    range_label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Actions that belong together on the help screen."""

    name: str
    actions: tuple[Action, ...]


def _digit(number: int) -> Action:
    words = f"strike track {number}'s one-shot"
    in_footer = ("hit", "1-8") if number == 1 else ("", "")
    return Action(f"track-{number}", (str(number),), f"screen.digit({number})", words, *in_footer)


GROUPS = (
    Group("Transport", (
        Action("play", ("space",), "play", "play from bar 1, or stop", "play"),
        Action("record", ("r",), "record", "record from the next bar line; again: end it on one", "rec"),
        Action("length", ("L",), "screen.lead('length')", "then 1-9: bars to record (0: 16), up: twice, L: free"),
        Action("tempo-up", ("plus", "equals_sign"), "screen.tempo(1)", "1 BPM faster"),
        Action("tempo-down", ("minus",), "screen.tempo(-1)", "1 BPM slower"),
        Action("tap", ("j",), "screen.tap", "tap the tempo: three taps or more"),
        Action("source", ("f3",), "source", "keep the next one's time: internal, MIDI, Link, auto"),
        Action("boundary", ("B",), "screen.boundary", "when mutes, solos, fills and swaps take effect"),
        Action("gain", ("M",), "screen.lead('gain')", "then arrows: the master fader, 0 for 0 dB"),
        Action("panic", ("f12",), "panic", "silence voices, echoes, MIDI notes; so does Esc Esc; again: stop"),
    )),
    Group("Takes", (
        Action("cancel-take", ("ctrl+r",), "cancel_take", "give the take up"),
        Action("catch", ("R",), "catch", "make a take of the last bars that were heard"),
        Action("overdub", ("O",), "overdub", "record a layer over the loop"),
        Action("resample", ("z",), "resample", "record Tao itself, after the effects"),
        Action("resample-kit", (), "resample_kit", "record the kit alone, before the effects"),
        Action("resample-track", (), "screen.resample_track", "record the track of the cursor alone"),
        Action("hold", ("Z",), "hold", "loop the last bars Tao played, while you load something else"),
        Action("count-in", ("k",), "count_in", "count in 1 bar, 2 bars, not at all"),
        Action("threshold", ("T",), "threshold", "let a take wait for a sound"),
        Action("monitor", ("i",), "monitor", "hear the input: never, always, while recording"),
    )),
    Group("Loop", (
        Action("decompose", ("d",), "decompose", "take the loop apart again", "split"),
        Action("correct", ("D",), "correct", "make the kit anew from the steps as you have put them"),
        Action("listen", ("a",), "screen.listen('bar')", "hear Original, Kit + Residual or Kit, at the bar", "hear"),
        Action("listen-now", ("A",), "screen.listen('now')", "the same, at once"),
        Action("halve", ("h",), "screen.reading('half')", "read the loop at half the tempo; it sounds the same"),
        Action("double", ("H",), "screen.reading('double')", "read it at twice the tempo"),
        Action("readings", (), "screen.readings", "choose among the tempos that the loop may have: 1, 2, 3"),
        Action("downbeat", ("o",), "screen.downbeat", "let the bar line come a step later in the loop"),
        Action("open", ("ctrl+o",), "open", "open a loop or a decomposition folder"),
        Action("cancel-job", ("ctrl+x",), "cancel_job", "stop the decomposition that is running"),
    )),
    Group("Steps", (
        Action("left", ("left",), "screen.step(-1)", "one step back"),
        Action("right", ("right",), "screen.step(1)", "one step on"),
        Action("up", ("up",), "screen.lane(-1)", "the track above"),
        Action("down", ("down",), "screen.lane(1)", "the track below"),
        Action("bar-left", ("ctrl+left",), "screen.bar(-1)", "one bar back"),
        Action("bar-right", ("ctrl+right",), "screen.bar(1)", "one bar on"),
        Action("toggle", ("enter",), "screen.strike", "strike or silence the step", "step"),
        Action("clear", ("backspace",), "screen.clear", "silence the step"),
        Action("mark-left", ("shift+left",), "screen.mark(-1)", "mark steps, back; then arrows: more; Esc: none"),
        Action("mark-right", ("shift+right",), "screen.mark(1)", "mark steps, on; keys for a step are for all of them"),
        Action("copy", ("y",), "screen.copy_track", "copy the marked steps; none marked: this track's"),
        Action("cut", ("w",), "screen.cut", "cut the marked steps: copy, then silence them"),
        Action("paste", ("Y",), "screen.paste_track", "paste them from here on; a whole track: on this one"),
        Action("move-earlier", ("comma",), "screen.move(-1)", "move the step, or the marked ones, a step earlier"),
        Action("move-later", ("full_stop",), "screen.move(1)", "a step later; what lies there changes places"),
        Action("velocity-up", ("shift+up",), "screen.accent(0.1)", "strike the step harder"),
        Action("velocity-down", ("shift+down",), "screen.accent(-0.1)", "strike the step softer"),
        Action("velocity", ("v",), "screen.lead('velocity')", "then 1-9, 0: velocity 10-90, 100 %"),
        Action("timing", ("t",), "screen.lead('timing')", "then arrows, or 1-9: early to late"),
        Action("chance", ("p",), "screen.lead('chance')", "then 1-9, 0, or arrows: how likely it sounds"),
        Action("condition", ("c",), "screen.lead('condition')", "then A, B: pass A of every B; f, n: in fills or not"),
        Action("ratchet", ("x",), "screen.lead('ratchet')", "then 1-8: so many strokes in the step"),
        Action("change", ("K",), "screen.lead('change')", "then p, d, f, o: its own pitch, decay, filter, one-shot"),
        Action("next-doubtful", ("N",), "screen.next_doubtful", "go to the next step marked ?"),
    )),
    Group("Patterns", (
        Action("pattern", ("g",), "screen.lead('pattern')", "then 1-9, 0, a-f: play that one next; more make a chain",
               "pattern"),
        Action("fill", ("Q",), "screen.fill", "a fill, until Q again"),
        Action("fill-bar", ("W",), "screen.fill_bar", "a fill for the next bar"),
        Action("grid", ("G",), "screen.lead('grid')", "then arrows: this track's length and steps a beat"),
        Action("swing", ("S",), "screen.lead('swing')", "then arrows: the pattern's swing, this track's"),
    )),
    Group("Kit", (
        *(_digit(number) for number in range(1, 9)),
        Action("mute", ("m",), "screen.lead('mute')", "then 1-8: mute it at the bar; mm: this one", "mute"),
        Action("solo", ("s",), "screen.lead('solo')", "then 1-8: solo it at the bar; ss: this one", "solo"),
        Action("sounds", ("f6",), "sounds", "other sounds for this track: hear them, swap them in", "sounds"),
        Action("next-sound", ("n",), "next_sound(1)", "the next sound on this track, from its next hit on"),
        Action("sound-before", ("b",), "next_sound(-1)", "the sound before"),
        Action("shape", ("e",), "screen.lead('shape')", "then g, p, t, d, f, a, c, n, arrows: its sound; r: its role"),
        Action("lock", ("l",), "screen.lock", "this track keeps its one-shot when a kit is loaded, or not"),
    )),
    Group("Effects", (
        Action("effects", ("f",), "screen.lead('effects')", "then 1-9: on at the next step, or off; arrows: how", "fx"),
        Action("effects-off", ("F",), "screen.release_effects", "every effect off; echoes and room ring out"),
        Action("rack", ("E",), "screen.bypass_rack", "the effects rack out of the way, or back"),
    )),
    Group("MIDI", (
        Action("midi", ("f4",), "midi", "ports, clocks, tracks that play other instruments, knobs and notes"),
        Action("learn", ("ctrl+l",), "learn", "the same, at the knobs: Enter, then move one"),
    )),
    Group("Tao", (
        Action("undo", ("u", "ctrl+z"), "undo", "take back the last change, mutes and effects too", "undo"),
        Action("redo", ("U", "ctrl+y"), "redo", "do again what was taken back"),
        Action("digit-9", ("9",), "screen.digit(9)", "9 after v or L"),
        Action("digit-0", ("0",), "screen.digit(0)", "0 after v or L"),
        Action("escape", ("escape",), "screen.escape", "leave a leader key without doing anything"),
        Action("palette", ("ctrl+p",), "command_palette", "every action by name"),
        Action("detach", (), "detach", "leave the screen; the music plays on"),
        Action("help", ("question_mark", "f1"), "help", "these keys", "keys"),
        Action("quit", ("q", "ctrl+q"), "quit", "stop the engine and leave; twice while it plays", "quit"),
    )),
)

MIDI_KEYS = Group("On the MIDI screen", (
    Action("midi-change", ("enter",), "change", "change what the bar is on: choose a port, learn, go on to the next"),
    Action("midi-forget", ("backspace", "delete"), "forget", "join to nothing, forget what was learned"),
    Action("midi-less", ("left",), "turn(-1)", "clock 1 ms earlier, channel down"),
    Action("midi-more", ("right",), "turn(1)", "clock 1 ms later, channel up"),
    Action("midi-much-less", ("shift+left",), "turn(-10)", "clock 10 ms earlier"),
    Action("midi-much-more", ("shift+right",), "turn(10)", "clock 10 ms later"),
    Action("midi-note-up", ("plus", "equals_sign"), "note(1)", "the track's note up"),
    Action("midi-note-down", ("minus",), "note(-1)", "the track's note down"),
    Action("midi-clock", ("c",), "clock", "send the clock, or do not"),
    Action("midi-runs", ("s",), "runs", "the clock runs while stopped, or stops"),
    Action("midi-position", ("p",), "position", "obey the input's Song Position, or ignore it"),
    Action("midi-hear", ("h",), "hear", "the track sounds here too, or there alone"),
    Action("midi-write", ("w",), "write", "pads that are struck are written into the pattern, or not"),
    Action("midi-source", ("f3",), "app.source", "keep the next one's time"),
    Action("midi-play", ("space",), "app.play", "play, or stop"),
    Action("midi-panic", ("f12",), "app.panic", "silence every voice and every output"),
    Action("midi-close", ("escape", "f4", "q"), "dismiss", "close"),
))
LOCAL_GROUPS = (MIDI_KEYS,)  # keys that a screen of its own binds: they may mean something else elsewhere


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force: the defaults, or with some of them replaced by action id. local: keys of other screens."""

    groups: tuple[Group, ...] = field(default=GROUPS)
    local: tuple[Group, ...] = LOCAL_GROUPS

    @property
    def midi(self) -> Group:
        """The keys of the MIDI screen."""
        return next(group for group in self.local if group.name == MIDI_KEYS.name)

    def __iter__(self) -> Iterator[Action]:
        return (action for group in self.groups for action in group.actions)

    def __getitem__(self, action_id: str) -> Action:
        return next(action for action in self if action.id == action_id)

    def with_keys(self, keys_by_id: Mapping[str, str]) -> "Keymap":
        """The same actions under other keys, comma separated as in `{"record": "r,f5"}`.

        Raises UsageError for an action that does not exist, or a key that two actions of one screen would share.
        """
        known = {action.id for group in self.groups + self.local for action in group.actions}
        unknown = sorted(set(keys_by_id) - known)
        if unknown:
            raise UsageError(f"No action is called {unknown[0]!r}; there are {', '.join(sorted(known))}.")
        changed = Keymap(tuple(_changed(group, keys_by_id) for group in self.groups),
                         tuple(_changed(group, keys_by_id) for group in self.local))
        _check_shared(changed)
        for group in changed.local:
            _check_shared(group.actions)
        return changed


def keymap_with(words: Iterable[str]) -> Keymap:
    """The keymap with keys replaced, each word as `record=r,f5`. Raises UsageError."""
    keys_by_id: dict[str, str] = {}
    for word in words:
        action_id, sign, keys = word.partition("=")
        if not sign:
            raise UsageError(f"{word!r} gives no action a key; write ACTION=KEY,KEY, as record=r,f5.")
        keys_by_id[action_id.strip()] = keys
    return Keymap().with_keys(keys_by_id)


def _check_shared(actions: Iterable[Action]) -> None:
    owners: dict[str, str] = {}
    for action in actions:
        for key in action.keys:
            owner = owners.setdefault(key, action.id)
            if owner != action.id:
                raise UsageError(f"The key {key} is given to both {owner} and {action.id}; choose one.")


def _changed(group: Group, keys_by_id: Mapping[str, str]) -> Group:
    return replace(group, actions=tuple(_with_keys(action, keys_by_id) for action in group.actions))


def _with_keys(action: Action, keys_by_id: Mapping[str, str]) -> Action:
    if action.id not in keys_by_id:
        return action
    keys = (key.strip() for key in keys_by_id[action.id].split(","))
    return replace(action, keys=tuple(key for key in keys if key))


def key_label(key: str, glyphs: Glyphs) -> str:
    """A key as it is printed: ^p, shift+↑, ?."""
    *modifiers, name = key.split("+")
    name = NAMED_KEYS.get(name) or glyphs.arrows.get(name) or (name.upper() if name[1:].isdigit() else name)
    return "".join("^" if modifier == "ctrl" else modifier + "+" for modifier in modifiers) + name
