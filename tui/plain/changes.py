"""What has happened between two snapshots, in sentences: what matters to the ear first."""

from collections import Counter
from collections.abc import Iterator

from engine.core.machine import Machine
from engine.core.snapshot import RecordState, Snapshot, Status
from tui.midi_rows import sync_words
from tui.plain.steps import step_words

STEPS_SAID = 8  # more changes of steps than this are only counted
SOUNDS_SAID = 30
RECORD_WORDS = {RecordState.ARMED: "The take starts on the bar line.", RecordState.RECORDING: "Recording.",
                RecordState.OFF: "The take has ended."}


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """A sentence for each change, without repeats."""
    return list(dict.fromkeys([*_of_playing(before, after), *_of_machine(before.status.machine, after.status.machine),
                               *_of_status(before.status, after.status)]))


def _of_playing(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if before.meters.playing != after.meters.playing:
        yield "Playing." if after.meters.playing else "Stopped."
    if before.status.record_state is not after.status.record_state:
        yield RECORD_WORDS[after.status.record_state]


def _of_machine(before: Machine, after: Machine) -> Iterator[str]:
    if before is after:
        return
    if abs(before.steady_bpm - after.steady_bpm) > 0.005:
        yield f"Tempo {after.steady_bpm:.2f} BPM."
    if before.loop != after.loop:
        yield f"Loop {after.loop.name}, {after.loop.beats:g} beats." if after.loop else "No loop."
    if before.listen is not after.listen:
        yield f"You hear: {after.listen.value}."
    yield from _of_sounds(before, after)
    yield from _of_pattern(before, after)
    yield from _of_effects(before, after)


def _of_sounds(before: Machine, after: Machine) -> Iterator[str]:
    old, new = before.kit, after.kit
    if old.name != new.name or old.one_shots.keys() != new.one_shots.keys():
        yield f"Kit {new.name}: {', '.join(new.one_shots)}." if new.one_shots else "No kit."
    else:
        changed = [name for name, shot in new.one_shots.items() if old.one_shots[name] != shot]
        if changed:
            yield f"The sound of {', '.join(changed)} has changed."
    for word, was, now in (("muted", before.mutes, after.mutes), ("solo", before.solos, after.solos),
                           ("locked", before.locks, after.locks)):
        yield from (f"{name}: {word}." for name in sorted(now - was))
        yield from (f"{name}: not {word} any more." for name in sorted(was - now))


def _of_pattern(before: Machine, after: Machine) -> Iterator[str]:
    old, new = before.pattern, after.pattern
    if before.slot != after.slot:
        yield f"Pattern {after.slot + 1}."
        return
    if old.beats != new.beats:
        yield f"The pattern lasts {new.beats:g} beats."
    if old.swing != new.swing:
        yield f"Swing {new.swing:.0%}."
    if (before.fill_until_ticks > 0) != (after.fill_until_ticks > 0):
        yield "Fill." if after.fill_until_ticks > 0 else "The fill has ended."
    if [track.name for track in old.tracks] != [track.name for track in new.tracks]:
        yield f"Tracks: {', '.join(track.name for track in new.tracks)}."
        return
    said = []
    for was, now in zip(old.tracks, new.tracks, strict=True):
        if len(was.steps) != len(now.steps) or was.steps_per_beat != now.steps_per_beat or was.swing != now.swing:
            own = f", swing {now.swing:.0%}" if now.swing is not None else ""
            yield f"{now.name}: {len(now.steps)} steps, {now.steps_per_beat} a beat{own}."
        said += [f"{now.name} step {index + 1}: {step_words(step) if step else 'silent'}."
                 for index, (earlier, step) in enumerate(zip(was.steps, now.steps, strict=False)) if earlier != step]
    yield from said if len(said) <= STEPS_SAID else [f"{len(said)} steps have changed."]


def _of_effects(before: Machine, after: Machine) -> Iterator[str]:
    old, new = before.effects, after.effects
    if old.gain_db != new.gain_db:
        yield f"Master {new.gain_db:+g} dB."
    if old.bypassed != new.bypassed:
        yield "The effects rack is bypassed." if new.bypassed else "The effects rack is back."
    for effect in {*old.on} ^ {*new.on}:
        yield f"{effect.value} {'on' if effect in new.on else 'off'}."


def _of_status(before: Status, after: Status) -> Iterator[str]:
    if before.banner != after.banner and after.banner:
        yield after.banner
    if after.job is not None and (before.job is None or before.job.stage != after.job.stage):
        yield f"At work on {after.job.loop_name}: {after.job.stage}."
    if before.job is not None and after.job is None:
        yield f"Finished with {before.job.loop_name}."
    if before.sync.state is not after.sync.state or before.sync.input != after.sync.input:
        yield f"Clock: {sync_words(after.sync)}."
    if before.machine.midi.source is not after.machine.midi.source:
        yield f"Clock source: {after.machine.midi.source.value}."
    if after.sounds is not None and (before.sounds is None or before.sounds.names != after.sounds.names
                                     or before.sounds.track != after.sounds.track):
        yield from _listed(after)
    new = Counter(after.notices) - Counter(before.notices)
    yield from (notice.text for notice in new)


def _listed(status: Status) -> Iterator[str]:
    assert status.sounds is not None
    names = status.sounds.names
    yield f"{len(names)} sounds for {status.sounds.track}." if names else f"No sounds for {status.sounds.track}."
    yield from (f"{number}: {name}." for number, name in enumerate(names[:SOUNDS_SAID], 1))
    if len(names) > SOUNDS_SAID:
        yield f"And {len(names) - SOUNDS_SAID} more."
