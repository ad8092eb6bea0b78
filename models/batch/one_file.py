"""One file decomposed as the verb `decompose` does it, alone or as one of thousands."""

from dataclasses import replace
from pathlib import Path

from engine.core.groove import feel
from engine.core.time_signature import Quarters, read_time_signature
from engine.library.audio_files import read_loop
from engine.library.kits.decomposition import StoredDecomposition
from models.batch.settings import Settings
from models.decompose import Report, Tools, decompose
from models.hearing.readings import Wishes
from models.storing import source_of, stored
from models.words import told_doubt, told_part, told_unnamed


def tools_for(settings: Settings) -> Tools:
    """The plugins that the settings name. Raises TaoError for one that cannot be opened."""
    return Tools.of(settings.methods)


def decomposed(path: Path, settings: Settings, tools: Tools, report: Report) -> StoredDecomposition:
    """The decomposition of a file, as it is written to a folder. Raises TaoError.

    The last bits depend on how many threads torch has, for sums are split among them: one thread gives the same kit
    everywhere on the same kind of processor.
    """
    recording = replace(read_loop(path, settings.beats), beats=None)
    wishes = wished(settings.beats, settings.meter, settings.bpm, settings.free)
    *_, last = decompose(recording, tools, recording.sample_rate, report, wishes)
    return stored(last, source_of(path), tools.names, settings)


def wished(beats: Quarters | None, meter: str | None, bpm: float | None, free: bool = False) -> Wishes:
    """What the user knows, from the options. Raises InvalidValue for an impossible metre."""
    return Wishes(beats, bpm, None if meter is None else read_time_signature(meter), free)


def words_about(kit: StoredDecomposition) -> str:
    """Tempo, length, metre if it is not 4/4, swing, and match, for people; then what they should know."""
    over, under = kit.pattern.time_signature
    metre = "" if (over, under) == (4, 4) else f" in {over}/{under}"
    notes = notes_about(kit)
    swing = f", {feel(kit.pattern)}" if feel(kit.pattern) else ""
    return (f"{kit.tempo_bpm:.2f} BPM, {kit.pattern.beats:g} beats{metre}{swing}, match {kit.match or 0.0:.0%}"
            + (f" ({' '.join(notes)})" if notes else ""))


def notes_about(kit: StoredDecomposition) -> list[str]:
    """Sentences about what is doubtful, or left out."""
    beats = kit.as_played.loop_beats or kit.pattern.beats
    tracks = tuple(track.name for track in kit.pattern.tracks)
    recording = kit.loop if kit.recording is None else kit.recording
    part = told_part(kit.readings, beats, len(recording) / kit.sample_rate)
    found = (told_unnamed(tracks), part, told_doubt(kit.readings))
    return [note for note in found if note is not None]
