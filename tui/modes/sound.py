"""Hands on the sounds: gain, pan, tuning, envelope, filter, choke group and note of a track's one-shot; which drum it
is; the master."""

from functools import partial

from engine.core.commands import SetGain, SetRole, ShapeOneShot
from engine.core.commands.apply import apply
from engine.core.commands.sounds import Quality, free_perc
from engine.core.errors import InvalidValue
from engine.core.pattern import TRACK_NAMES
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.levels import decibels
from tui.modes.leader_keys import END, Leads
from tui.waiting import Topic

LETTERS = {"g": Quality.GAIN, "p": Quality.PAN, "t": Quality.PITCH, "d": Quality.DECAY, "f": Quality.CUTOFF,
           "a": Quality.ATTACK, "c": Quality.CHOKE, "n": Quality.NOTE}
LEAD_NAMES = {quality: f"{quality.name.lower()}_of" for quality in Quality}
OWN: dict[Quality, float | None] = {Quality.GAIN: 1.0, Quality.PAN: 0.0, Quality.PITCH: 0.0, Quality.DECAY: None,
                                    Quality.CUTOFF: None, Quality.ATTACK: 0.0, Quality.CHOKE: None}
ARROWS = {"up": 1, "down": -1, "right": 1, "left": -1}
SILENT_DB, LOUDEST_DB = -48.0, 24.0
LOW_DB, HIGH_DB = -60.0, 12.0


class SoundKeys(Leads):
    """e and a letter choose what of the track's sound the arrows turn, r its role; M: they move the master fader."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self.leads |= {"shape": self._shape, "role": self._role, "gain": self._master}
        self.leads |= {name: partial(self._turn_sound, quality) for quality, name in LEAD_NAMES.items()}
        self.lasting |= {"gain", *LEAD_NAMES.values()}

    def _shape(self, key: str) -> str | None:
        """A letter: what will be turned."""
        if key == "r":
            return "role"
        quality = LETTERS.get(key)
        if quality is None:
            return None
        if self.track.name not in self.playing_machine.kit.one_shots:
            self.tell(f"{self.track.name} has no sound to shape; F6 offers some.")
            return END
        self._say_quality(quality, self._wanted_quality(quality))
        return LEAD_NAMES[quality]

    def _role(self, key: str) -> str | None:
        """A digit: which drum the track is; 7 is the first percussion that is free."""
        if not key.isdigit() or not 1 <= int(key) <= len(TRACK_NAMES) + 1:
            return None
        old, machine = self.track.name, self.playing_machine
        command = SetRole(old, (*TRACK_NAMES, free_perc(machine))[int(key) - 1])
        try:
            apply(command, machine, 0)
        except InvalidValue as problem:
            self.tell(str(problem))
            return END
        self.ask(command)
        self.tell(f"{old} is {command.role} now; {self.key_of('correct')} solves the kit anew with that.")
        return END

    def _turn_sound(self, quality: Quality, key: str) -> str | None:
        if key == "backspace" and quality in OWN:
            value = OWN[quality]
        elif quality is Quality.CHOKE:
            if not key.isdigit() or int(key) > 8:
                return None
            value = float(key) if key != "0" else None
        elif key in ARROWS:
            value = self._notch_further(quality, key)
        else:
            return None
        topic = Topic("quality", self.track.name, quality=quality.value)
        self.want(topic, value, ShapeOneShot(self.track.name, quality, value))
        self._say_quality(quality, value)
        return LEAD_NAMES[quality]

    def _wanted_quality(self, quality: Quality) -> float | None:
        value: float | None = self.wanted(Topic("quality", self.track.name, quality=quality.value))
        return value

    def _notch_further(self, quality: Quality, key: str) -> float | None:
        """A notch further, within what there is."""
        by, value = ARROWS[key], self._wanted_quality(quality)
        shot = self.playing_machine.kit.one_shots[self.track.name]
        whole_s = min(60.0, shot.frames / self.playing_machine.timeline.sample_rate)
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
                decay_s = (whole_s if value is None else value) * 1.25**by
                return None if decay_s > whole_s else round(max(0.005, decay_s), 4)
            case Quality.CUTOFF:
                cutoff_hz = (20000.0 if value is None else value) * 2.0 ** (by / 3)
                return None if cutoff_hz > 19999.0 else round(max(20.0, cutoff_hz), 1)
            case Quality.ATTACK:
                return round(min(60.0, max(0.0, (value or 0.0) + 0.001 * by)), 3)
        return float(min(127, max(0, (value or 0) + by)))

    def _say_quality(self, quality: Quality, value: float | None) -> None:
        self.tell(f"{self.track.name}: {_words(quality, value)}")

    def _master(self, key: str) -> str | None:
        if key == "0":
            gain_db = 0.0
        elif key in ARROWS:
            gain_db = min(HIGH_DB, max(LOW_DB, round(self.wanted(Topic("gain")) + ARROWS[key])))
        else:
            return None
        self.want(Topic("gain"), float(gain_db), SetGain(float(gain_db)))
        self.tell(f"Master fader {gain_db:+.0f} dB")
        return "gain"


def _words(quality: Quality, value: float | None) -> str:
    """How a musician says it."""
    match quality, value:
        case Quality.GAIN, float():
            return f"gain {decibels(value):+.0f} dB" if value else "gain: silent"
        case Quality.PAN, float():
            side = "right" if value > 0 else "left"
            return f"pan {abs(value):.0%} {side}" if value else "pan: the middle"
        case Quality.PITCH, float():
            return f"tuned {value:+.2f} semitones"
        case Quality.DECAY, _:
            return "rings to its end" if value is None else f"decay {value:.3g} s"
        case Quality.CUTOFF, _:
            return "filter open" if value is None else f"filter {value:.0f} Hz"
        case Quality.ATTACK, float():
            return f"attack {1000 * value:.0f} ms"
        case Quality.CHOKE, _:
            return "chokes nothing" if value is None else f"choke group {value:.0f}"
    return f"MIDI note {value:.0f}"
