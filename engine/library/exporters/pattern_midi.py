"""The pattern as a Standard MIDI File: format 1, 960 PPQN, channel 10; see `engine/library/strokes.py` for its hits."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from engine.library.export_settings import AdjustableExporter
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.midi_file import midi_file_of
from engine.library.strokes import all_strokes


@dataclass(frozen=True)
class PatternMidi(AdjustableExporter):
    """NAME.mid."""

    name: ClassVar[str] = "midi"
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.CHANCE, Feature.FILLS, Feature.STEP_SOUND,
                                                  Feature.WHOLE_CYCLE)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it; notes are the kit's own. Raises InvalidValue when hits as heard are wanted and there are none."""
        end, played = all_strokes(stored, self.settings.heard)
        notes = {track: shot.midi_note for track, shot in stored.kit.one_shots.items()}
        path = free_path(folder, file_name(stored.kit.name), ".mid")
        midi_file_of(played, end, stored.tempo_bpm, stored.pattern.time_signature, notes).save(path)
        return [path]
