"""The pattern as a Standard MIDI File: format 1, 960 PPQN, channel 10, swing, microtiming and ratchets as ticks."""

from pathlib import Path

from engine.library.decomposition import StoredDecomposition
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.midi_file import write_midi


class PatternMidi:
    """NAME.mid."""

    name = "midi"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it; notes are the kit's own."""
        path = free_path(folder, file_name(stored.kit.name), ".mid")
        notes = {track: shot.midi_note for track, shot in stored.kit.one_shots.items()}
        write_midi(path, stored.pattern, stored.tempo_bpm, notes)
        return [path]
