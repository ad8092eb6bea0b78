"""Standard MIDI Files as patterns: drums by their General MIDI notes, or by the names of their tracks."""

import io
import math
from pathlib import Path

import mido
from mido.midifiles.meta import KeySignatureError

from engine.core.errors import TaoError
from engine.core.time_signature import MAX_OVER, UNITS, TimeSignature, bar_quarters, quarters_of, ticks_of
from engine.core.timeline import PPQN
from engine.library.importers.drums import name_of_note
from engine.library.importers.gridding import Hit, pattern_of
from engine.library.importers.kinds import head
from engine.library.importing import Imported
from engine.library.midi_file import DRUM_CHANNEL

LARGEST_BYTES = 4_000_000


class UnreadableMidi(TaoError):
    """A MIDI file that is damaged or holds no notes."""


class MidiPattern:
    """*.mid."""

    name = "midi"

    def recognises(self, path: Path) -> bool:
        """Whether it is a Standard MIDI File."""
        return head(path, 4) == b"MThd"

    def read(self, path: Path) -> Imported:
        """The notes on channel 10, or all if there are none. Raises UnreadableMidi."""
        if path.stat().st_size > LARGEST_BYTES:
            raise UnreadableMidi(f"{path.name} is larger than any drum pattern.")
        try:
            file = mido.MidiFile(file=io.BytesIO(path.read_bytes()))  # it may announce more bytes than there are
        except (ValueError, EOFError, KeyError, IndexError, OSError, KeySignatureError) as error:
            raise UnreadableMidi(f"{path.name} is damaged: {str(error) or type(error).__name__}.") from None
        if file.ticks_per_beat < 1:
            raise UnreadableMidi(f"{path.name} counts time in film frames, not in beats; export it with beats.")
        tracks = [_Notes(track, file.ticks_per_beat) for track in file.tracks]
        drums = any(note.channel == DRUM_CHANNEL for track in tracks for note in track.notes)
        hits: dict[str, list[Hit]] = {}
        for track in tracks:
            for note in track.notes:
                if not drums or note.channel == DRUM_CHANNEL:
                    hits.setdefault(track.name_of(note.note), []).append(Hit(track.at[id(note)], note.velocity / 127))
        if not hits:
            raise UnreadableMidi(f"{path.name} holds no notes.")
        signature = _time_signature(file)
        bar = ticks_of(bar_quarters(signature))
        end = max(track.end for track in tracks)
        last = max(hit.tick for found in hits.values() for hit in found)
        is_whole = end > last and (end % PPQN == 0 or end % bar == 0)
        beats = quarters_of(end if is_whole else math.ceil((last + 1) / bar) * bar)
        pattern, remarks = pattern_of(hits, beats, signature)
        return Imported(path.stem, pattern=pattern, tempo_bpm=_tempo(file), remarks=remarks)


class _Notes:
    """The notes of a MIDI track, with their times in Tao's ticks."""

    def __init__(self, track: mido.MidiTrack, ticks_per_beat: int) -> None:
        self.notes: list[mido.Message] = []
        self.at: dict[int, int] = {}
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity > 0:
                self.notes.append(message)
                self.at[id(message)] = round(now * PPQN / ticks_per_beat)
        self.end = round(now * PPQN / ticks_per_beat)
        names = [message.name for message in track if message.type == "track_name"]
        one_drum = len({message.note for message in self.notes}) == 1
        self._name = names[0].strip().lower() if names and one_drum else ""

    def name_of(self, note: int) -> str:
        """The drum of a note in this track: the track's name if it has a single drum."""
        return self._name or name_of_note(note)


def _tempo(file: mido.MidiFile) -> float | None:
    tempi = [message.tempo for track in file.tracks for message in track if message.type == "set_tempo"]
    return float(mido.tempo2bpm(tempi[0])) if tempi and tempi[0] else None


def _time_signature(file: mido.MidiFile) -> TimeSignature:
    """The metre that the file begins in; a metre that Tao cannot count is taken for 4/4."""
    for message in (message for track in file.tracks for message in track if message.type == "time_signature"):
        if message.denominator in UNITS and 1 <= message.numerator <= MAX_OVER:
            return message.numerator, message.denominator
        break
    return 4, 4
