"""The pattern as a table for a spreadsheet: one row a step."""

import csv
from pathlib import Path

from engine.core.groove import step_onset_ticks
from engine.core.timeline import PPQN
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition

COLUMNS = ("track", "step", "time_s", "velocity", "confidence")


class Csv:
    """NAME.csv."""

    name = "csv"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write one row for each step of each track, in seconds from the start of the loop."""
        path = free_path(folder, file_name(stored.kit.name), ".csv")
        tick_s = 60.0 / (stored.tempo_bpm * PPQN)
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            for track in stored.pattern.tracks:
                for index, step in enumerate(track.steps):
                    ticks = step_onset_ticks(stored.pattern, track, index)
                    if step is not None and ticks is not None:
                        table.writerow((track.name, index + 1, f"{ticks * tick_s:.4f}", f"{step.velocity:.3f}",
                                        f"{step.confidence:.3f}"))
        return [path]
