"""Which drum a sound is, by its name, its MIDI note or its spectrum; and which of many a kit of eight tracks keeps."""

import re
from collections.abc import Iterable

import numpy as np

from engine.core.kit import GM_NOTES, OTHER_NOTE
from engine.core.loop import Audio
from engine.core.pattern import MAX_TRACKS, TRACK_NAMES

_WORDS = {
    "kick": ("kick", "bassdrum", "bass drum", "bd", "kik"), "snare": ("snare", "sd", "snr"),
    "hihat": ("hihat", "hi-hat", "hi hat", "hat", "hh", "hats"), "tom": ("tom", "toms", "floor"),
    "ride": ("ride", "rd"), "crash": ("crash", "cymbal", "cr", "splash", "china")}
_NOTES = {**{note: name for name, note in GM_NOTES.items()}, 35: "kick", 40: "snare", 44: "hihat",
          46: "hihat", 53: "ride", 59: "ride", 52: "crash", 55: "crash", 57: "crash",
          **dict.fromkeys((41, 43, 47, 48, 50), "tom")}
_PERCUSSION = {37: "rim", 39: "clap", 54: "tambourine", 56: "cowbell", 58: "vibraslap"}
_EMPTY_WORDS = {"sample", "hit", "shot", "one", "slice", "pad", "sound", "audio", "track", "untitled", "wav", "rec"}
_LOW_HZ, _MID_HZ, _HIGH_HZ, _LONG_S = 250.0, 1200.0, 4500.0, 0.6


def drum_of_name(name: str) -> str | None:
    """The drum that a name speaks of, None if it names none: "BD 808" is a kick, "Snare-Hard" a snare."""
    plain = re.sub(r"[_.\-]+", " ", name.lower())
    words = plain.split()
    for drum, known in _WORDS.items():
        for word in known:
            spaced = word.replace("-", " ")
            is_prefix = len(spaced) > 2 and any(part.startswith(spaced) for part in words)
            is_word = any(part.rstrip("0123456789") == spaced for part in words)
            if is_prefix or is_word or (len(spaced) > 3 and spaced in plain):
                return drum
    return None


def says_nothing(name: str) -> bool:
    """Whether a name like "sample 03" leaves the drum open."""
    return not set(re.findall(r"[a-z]+", name.lower())) - _EMPTY_WORDS


def drum_of_note(note: int) -> str | None:
    """The drum of a General MIDI note, None for percussion."""
    return _NOTES.get(note)


def name_of_note(note: int) -> str:
    """A track name for a General MIDI note: a drum, else the percussion instrument, else its number."""
    if note >= OTHER_NOTE:
        return drum_of_note(note) or f"perc {note - OTHER_NOTE + 1}"
    return drum_of_note(note) or _PERCUSSION.get(note, f"note {note}")


def drum_of_sound(audio: Audio, sample_rate: int) -> str:
    """The drum that audio (frames, 2) sounds most like: by where its energy lies, and how long it rings."""
    mono = audio.mean(axis=1)
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)) if len(mono) < 64 else mono)) ** 2
    hz = np.fft.rfftfreq(len(mono), 1.0 / sample_rate)
    centre_hz = float((hz * power).sum() / max(power.sum(), 1e-20))
    energy = np.cumsum(mono.astype(np.float64) ** 2)
    rings_s = float(np.searchsorted(energy, 0.9 * energy[-1])) / sample_rate
    if centre_hz < _LOW_HZ:
        return "kick"
    if centre_hz < _MID_HZ:
        return "tom"
    if centre_hz < _HIGH_HZ:
        return "snare"
    return "crash" if rings_s > _LONG_S else "hihat"


def track_names(wanted: Iterable[tuple[str, str | None]]) -> list[str]:
    """A different track name for each (own name, drum): the drum's for the first of it, then the own name."""
    found: list[str] = []
    for own, drum in wanted:
        name = drum if drum is not None and drum not in found else own.strip().lower() or "perc 1"
        number = 2
        while name in found:
            name, number = f"{own.strip().lower()} {number}", number + 1
        found.append(name)
    return found


def kept(names: Iterable[str]) -> list[str]:
    """At most as many names as there are tracks: the six drums first, then the others in order."""
    names = list(names)
    drums = [name for name in TRACK_NAMES if name in names]
    chosen = {*drums, *[name for name in names if name not in drums][: MAX_TRACKS - len(drums)]}
    return [name for name in names if name in chosen]


def left_out(names: Iterable[str], kept_names: Iterable[str]) -> tuple[str, ...]:
    """A remark about the names for which there was no track; none if all were kept."""
    missing = [name for name in names if name not in set(kept_names)]
    return (f"A kit has {MAX_TRACKS} tracks; left out: {', '.join(missing)}.",) if missing else ()
