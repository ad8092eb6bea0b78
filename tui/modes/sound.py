"""Keys for a track's sound: gain, pan, tuning, envelope, filter, choke group, MIDI note; which drum the track is; and
the master fader."""

from functools import partial

from engine.core.commands import SetGain, SetRole, ShapeOneShot
from engine.core.commands.apply import apply
from engine.core.commands.sounds import Quality, free_perc
from engine.core.errors import InvalidValue
from engine.core.pattern import TRACK_NAMES
from tui.meter_scale import decibels
from tui.modes.mode import END, Actions, Leader, Mode
from tui.pending_edits import Setting
from tui.typed_values import MASTER, QUALITIES, as_stored, as_typed

LETTERS = {"g": Quality.GAIN, "p": Quality.PAN, "t": Quality.PITCH, "d": Quality.DECAY, "f": Quality.CUTOFF,
           "a": Quality.ATTACK, "c": Quality.CHOKE, "n": Quality.NOTE}
PROMPTS = {
    Quality.GAIN: "GAIN  up, down: 1 dB; Enter: type it; Backspace: 0 dB; Esc",
    Quality.PAN: "PAN  left, right; Enter: type it; Backspace: centre; Esc",
    Quality.PITCH: "TUNE  up, down: a semitone; left, right: 5 cents; Enter: type; Backspace: reset",
    Quality.DECAY: "DECAY  up, down; Enter: type it; Backspace: full length; Esc",
    Quality.CUTOFF: "FILTER  up, down: a third of an octave; Enter: type it; Backspace: open",
    Quality.ATTACK: "ATTACK  up, down; Enter: type it; Backspace: none; Esc",
    Quality.CHOKE: "CHOKE GROUP  1-8: one-shots of a group cut each other; 0: none; Esc",
    Quality.NOTE: "MIDI NOTE  up, down; Enter: type it; Esc",
}
NEUTRAL: dict[Quality, float | None] = {Quality.GAIN: 1.0, Quality.PAN: 0.0, Quality.PITCH: 0.0, Quality.DECAY: None,
                                        Quality.CUTOFF: None, Quality.ATTACK: 0.0, Quality.CHOKE: None}
ARROWS = {"up": 1, "down": -1, "right": 1, "left": -1}
SILENT_DB, LOUDEST_DB = -48.0, 24.0


class SoundMode(Mode):
    """`e` and a letter choose what the arrows change of the track's sound, `e r` its role; M: they move the master
    fader."""

    def actions(self) -> Actions:
        """The sound and the fader."""
        return {"shape": partial(self.wait_for, "shape"), "gain": partial(self.wait_for, "master")}

    def leaders(self) -> dict[str, Leader]:
        """One for each quality of a sound, by the quality's value."""
        return {
            "shape": Leader("SOUND  g gain p pan t tune d decay f filter a attack c choke n note r drum Esc",
                            self._shape, value=lambda: self.track.name),
            "role": Leader("THIS TRACK IS  1 kick 2 snare 3 tom 4 hihat 5 ride 6 crash 7 perc; Esc", self._role,
                           value=lambda: self.track.name),
            "master": Leader("MASTER FADER  up, down: 1 dB; 0: 0 dB; Enter: type it; Esc", self._master, lasting=True,
                             value=lambda: f"{self.expected(Setting('gain')):+.1f} dB"),
            **{quality.value: Leader(prompt, partial(self._adjust, quality), lasting=True,
                                     value=partial(self._value_words, quality))
               for quality, prompt in PROMPTS.items()}}

    def _value_words(self, quality: Quality) -> str:
        """A quality of this track's sound."""
        known = self.track.name in self.machine.kit.one_shots
        return f"{self.track.name}, {quality_words(quality, self._expected_quality(quality))}" if known else ""

    def _shape(self, key: str) -> str | None:
        """A letter: what to adjust."""
        if key == "r":
            return "role"
        quality = LETTERS.get(key)
        if quality is None:
            return None
        if self.track.name not in self.machine.kit.one_shots:
            self.notify(f"{self.track.name} has no sound yet. {self.key_of('sounds')} lets you choose one.")
            return END
        self._say(quality, self._expected_quality(quality))
        return quality.value

    def _role(self, key: str) -> str | None:
        """A digit: which drum the track is; 7 is the first free percussion."""
        if not key.isdigit() or not 1 <= int(key) <= len(TRACK_NAMES) + 1:
            return None
        old, machine = self.track.name, self.machine
        command = SetRole(old, (*TRACK_NAMES, free_perc(machine))[int(key) - 1])
        try:
            apply(command, machine, 0)
        except InvalidValue as problem:
            self.notify(str(problem))
            return END
        self.send(command)
        self.notify(f"{old} is now {command.role}. {self.key_of('correct')} re-solves the kit to match.")
        return END

    def _type(self, quality: Quality) -> str:
        """Let a value be typed."""
        now = self._expected_quality(quality)
        if now is None:  # the widest there is
            now = 20000.0 if quality is Quality.CUTOFF else self._full_s
        self.ask_for(QUALITIES[quality], as_typed(quality, now),
                     lambda typed: self._set(quality, as_stored(quality, typed)))
        return quality.value

    def _set(self, quality: Quality, value: float | None) -> None:
        setting = Setting("quality", self.track.name, quality=quality.value)
        self.change(setting, value, ShapeOneShot(self.track.name, quality, value))
        self._say(quality, value)

    def _adjust(self, quality: Quality, key: str) -> str | None:
        if key == "enter" and quality in QUALITIES:
            return self._type(quality)
        if key == "backspace" and quality in NEUTRAL:
            value = NEUTRAL[quality]
        elif quality is Quality.CHOKE:
            if not key.isdigit() or int(key) > 8:
                return None
            value = float(key) if key != "0" else None
        elif key in ARROWS:
            value = self._notch_further(quality, key)
        else:
            return None
        self._set(quality, value)
        return quality.value

    def _expected_quality(self, quality: Quality) -> float | None:
        value: float | None = self.expected(Setting("quality", self.track.name, quality=quality.value))
        return value

    @property
    def _full_s(self) -> float:
        """How long this track's sound is."""
        return min(60.0, self.machine.kit.one_shots[self.track.name].frames / self.machine.timeline.sample_rate)

    def _notch_further(self, quality: Quality, key: str) -> float | None:
        """One notch further, within the quality's range."""
        by, value = ARROWS[key], self._expected_quality(quality)
        full_s = self._full_s
        match quality:
            case Quality.GAIN:
                level_db = round(decibels(value or 0.0) + by)
                return 0.0 if level_db <= SILENT_DB else 10.0 ** (min(LOUDEST_DB, level_db) / 20.0)
            case Quality.PAN:
                return round(min(1.0, max(-1.0, (value or 0.0) + 0.1 * by)), 2)
            case Quality.PITCH:
                notch = 1.0 if key in ("up", "down") else 0.05
                return round(min(24.0, max(-24.0, (value or 0.0) + notch * by)), 2)
            case Quality.DECAY:
                decay_s = (full_s if value is None else value) * 1.25**by
                return None if decay_s > full_s else round(max(0.005, decay_s), 4)
            case Quality.CUTOFF:
                cutoff_hz = (20000.0 if value is None else value) * 2.0 ** (by / 3)
                return None if cutoff_hz > 19999.0 else round(max(20.0, cutoff_hz), 1)
            case Quality.ATTACK:
                return round(min(60.0, max(0.0, (value or 0.0) + 0.001 * by)), 3)
        return float(min(127, max(0, (value or 0) + by)))

    def _say(self, quality: Quality, value: float | None) -> None:
        self.notify(f"{self.track.name}: {quality_words(quality, value)}")

    def _master(self, key: str) -> str | None:
        if key == "enter":
            self.ask_for(MASTER, self.expected(Setting("gain")), self._set_master)
            return "master"
        if key == "0":
            gain_db = 0.0
        elif key in ARROWS:
            gain_db = min(MASTER.high, max(MASTER.low, round(self.expected(Setting("gain")) + ARROWS[key])))
        else:
            return None
        self._set_master(float(gain_db))
        return "master"

    def _set_master(self, gain_db: float) -> None:
        self.change(Setting("gain"), gain_db, SetGain(gain_db))
        self.notify(f"Master fader {gain_db:+.3g} dB")


def quality_words(quality: Quality, value: float | None) -> str:
    """A quality of a sound as a musician says it: `gain -3 dB`."""
    match quality, value:
        case Quality.GAIN, float():
            return f"gain {decibels(value):+.0f} dB" if value else "gain: silent"
        case Quality.PAN, float():
            side = "right" if value > 0 else "left"
            return f"pan {abs(value):.0%} {side}" if value else "pan: centre"
        case Quality.PITCH, float():
            return f"tuned {value:+.2f} semitones"
        case Quality.DECAY, _:
            return "full length" if value is None else f"decay {value:.3g} s"
        case Quality.CUTOFF, _:
            return "filter open" if value is None else f"filter {value:.0f} Hz"
        case Quality.ATTACK, float():
            return f"attack {1000 * value:.0f} ms"
        case Quality.CHOKE, _:
            return "no choke group" if value is None else f"choke group {value:.0f}"
    return f"MIDI note {value:.0f}"
