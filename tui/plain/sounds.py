"""The words for tracks, their sounds, and the effects."""

from engine.core.commands import (
    BypassRack,
    LatchEffect,
    ReleaseEffects,
    SetLock,
    SetMute,
    SetMuteStyle,
    SetRole,
    SetSolo,
    ShapeEffect,
    ShapeOneShot,
    TriggerPad,
)
from engine.core.commands.boundary import Boundary
from engine.core.commands.sounds import CAN_BE_NONE, Quality
from engine.core.effects import NOTES, RANGES, Effect
from engine.core.errors import UsageError
from engine.core.machine import MuteStyle
from engine.core.pattern import TRACK_NAMES
from engine.core.requests import (
    AuditionSound,
    BrowseSounds,
    LoadFoundKit,
    SoundSource,
    SwapKit,
    SwapNextSound,
    SwapSound,
)
from tui.plain.line import Answer, Ask, Line, Say
from tui.plain.word import Word

QUALITIES = {"gain": Quality.GAIN, "pan": Quality.PAN, "tune": Quality.PITCH, "decay": Quality.DECAY,
             "filter": Quality.CUTOFF, "attack": Quality.ATTACK, "choke": Quality.CHOKE, "note": Quality.NOTE}
EFFECTS = {effect.value: effect for effect in Effect}
LENGTHS = {name: ticks for ticks, name in NOTES.items()}


def _hit(line: Line) -> Answer:
    track = line.track()
    return Ask(TriggerPad(track.name, line.number("a velocity", 0.01, 1.0) if line.more else 0.9))


def _mute(line: Line) -> Answer:
    name = line.track().name
    return Ask(SetMute(name, line.on_off(name in line.machine.mutes)), line.choices.boundary)


def _solo(line: Line) -> Answer:
    name = line.track().name
    return Ask(SetSolo(name, line.on_off(name in line.machine.solos)), line.choices.boundary)


def _lock(line: Line) -> Answer:
    name = line.track().name
    return Ask(SetLock(name, line.on_off(name in line.machine.locks)))


def _sounds(line: Line) -> Answer:
    track = line.track().name
    where = line.one_of("where to look", {source.value: source for source in SoundSource}) if line.more \
        else SoundSource.LOOP
    return Ask(BrowseSounds(track, where, line.rest("a folder or words") if line.more else ""))


def _place(line: Line) -> tuple[str, int]:
    """A track, and a sound of the list that was found for it."""
    track, found = line.track().name, line.snapshot.status.sounds
    if found is None or found.track != track or not found.names:
        raise UsageError(f"No sounds are listed for {track}. Type sounds {track} first.")
    return track, line.whole("a number of the list", 1, len(found.names)) - 1


def _load_found(line: Line) -> Answer:
    found = line.snapshot.status.sounds
    if found is None or not found.names:
        raise UsageError("No kits are listed. Type sounds, a track, and kits or patterns first.")
    return Ask(LoadFoundKit(line.whole("a number of the list", 1, len(found.names)) - 1))


def _shape(line: Line) -> Answer:
    track = line.track().name
    quality = line.one_of("what to shape", QUALITIES)
    if line.peek() == "off" and quality in CAN_BE_NONE:
        line.word("off")
        return Ask(ShapeOneShot(track, quality, None))
    value = line.number({Quality.GAIN: "a gain in dB", Quality.DECAY: "a decay in seconds",
                         Quality.CUTOFF: "a cutoff in Hz", Quality.ATTACK: "an attack in seconds",
                         Quality.PITCH: "a tuning in semitones"}.get(quality, f"the {quality.value}"))
    return Ask(ShapeOneShot(track, quality, 10.0 ** (value / 20.0) if quality is Quality.GAIN else value))


def _second_name(line: Line) -> Answer:
    track = line.track().name
    known = next((one for one in line.snapshot.status.candidates if one.track == track), None)
    if known is None or not known.second_name:
        return Say((f"There is no second-best name for {track}. Type role {track} and a drum to choose one.",))
    return Ask(SetRole(track, known.second_name),
               said=f"{track} is now {known.second_name}. Type correct to solve the kit again.")


def _role(line: Line) -> Answer:
    track = line.track().name
    role = line.rest(f"a drum ({', '.join(TRACK_NAMES)}, perc 1 ...)").lower()
    return Ask(SetRole(track, role), said=f"{track} is now {role}. Type correct to solve the kit again.")


def _effect(line: Line) -> Answer:
    if line.peek() == "off":
        line.word("off")
        return Ask(ReleaseEffects())
    effect = line.one_of("an effect", EFFECTS)
    if not line.more or line.peek() in ("on", "off"):
        on = line.on_off(line.machine.effects.of(effect).on)
        return Ask(LatchEffect(effect, on), Boundary.STEP if on else Boundary.NOW)
    if "/" in line.peek():
        return Ask(ShapeEffect(effect, ticks=line.one_of("a note length", LENGTHS)))
    return Ask(ShapeEffect(effect, amount=line.number("an amount", RANGES[effect].low, RANGES[effect].high)))


def _kit(line: Line) -> Answer:
    machine = line.machine
    if not machine.kit.one_shots:
        return Say(("There is no kit yet. Record a loop, or open one.",))
    rate = machine.timeline.sample_rate
    return Say((f"Kit {machine.kit.name}.", *(
        f"{name}: {shot.frames / rate:.2f} s, MIDI note {shot.midi_note}"
        + (", muted" if name in machine.mutes else "") + (", solo" if name in machine.solos else "")
        + (", locked" if name in machine.locks else "") + "." for name, shot in machine.kit.one_shots.items())))


SOUNDS = (
    Word("hit", "TRACK [VELOCITY]", _hit, ("pads", *(f"track-{number}" for number in range(1, 9))), "trigger a track's "
         "one-shot"),
    Word("mute", "TRACK [on | off]", _mute, ("mute",), "mute a track, or unmute it"),
    Word("solo", "TRACK [on | off]", _solo, ("solo",), "solo a track, or end its solo"),
    Word("mute-style", "rings | gates", lambda line: Ask(SetMuteStyle(
        line.one_of("a style", {style.value: style for style in MuteStyle}))), (), "let tails ring, or cut them"),
    Word("lock", "TRACK [on | off]", _lock, ("lock",), "keep a track's one-shot when you load a kit"),
    Word("kit", "", _kit, (), "say the kit's sounds"),
    Word("sounds", "TRACK [loop | kits | library | folder | patterns [PATH OR WORDS]]", _sounds, ("sounds",),
         "list other sounds for a track"),
    Word("audition", "TRACK NUMBER", lambda line: Ask(AuditionSound(*_place(line), line.choices.fit)), (),
         "play a sound of the list"),
    Word("swap", "TRACK NUMBER", lambda line: Ask(SwapSound(*_place(line), line.choices.fit)), (), "give the track a "
         "sound of the list"),
    Word("swap-kit", "NAME", lambda line: Ask(SwapKit(line.rest("a kit"), line.choices.fit), Boundary.BAR), (),
         "give every unlocked track its sound of a listed kit"),
    Word("load-kit", "NUMBER", _load_found, (), "load a listed kit with its pattern"),
    Word("next", "TRACK", lambda line: Ask(SwapNextSound(line.track().name, 1, line.choices.fit)), ("next-sound",),
         "next sound for a track"),
    Word("previous", "TRACK", lambda line: Ask(SwapNextSound(line.track().name, -1, line.choices.fit)),
         ("previous-sound",), "previous sound for a track"),
    Word("shape", "TRACK gain | pan | tune | decay | filter | attack | choke | note VALUE | off", _shape, ("shape",),
         "shape a track's sound"),
    Word("second-name", "TRACK", _second_name, ("second-name",)),
    Word("role", "TRACK DRUM", _role, (), "say which drum a track is"),
    Word("effect", "NAME [on | off | AMOUNT | NOTE] or off", _effect, ("effects", "effects-off"),
         "latch, release or shape an effect; effect off: all"),
    Word("rack", "[on | off]", lambda line: Ask(BypassRack(not line.on_off(not line.machine.effects.bypassed))),
         ("rack",), "bring the effects rack back, or bypass it"),
)
