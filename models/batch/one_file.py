"""One file decomposed as the verb `decompose` does it, alone or as one of thousands."""

from pathlib import Path

from engine.library.audio_files import read_loop
from engine.library.kits.decomposition import StoredDecomposition
from models import plugins
from models.batch.settings import Settings
from models.decompose import Report, Tools, decompose
from models.hearing.loop_cut import cut_loop
from models.storing import source_of, stored


def tools_for(settings: Settings) -> Tools:
    """The plugins that the settings name. Raises TaoError for one that cannot be opened."""
    return Tools(plugins.transcriber(settings.transcriber), plugins.separator(settings.separator),
                 plugins.extractor(settings.extractor))


def decomposed(path: Path, settings: Settings, tools: Tools, report: Report) -> StoredDecomposition:
    """The decomposition of a file, as it is written to a folder. Raises TaoError.

    The last bits depend on how many threads torch has, for sums are split among them: one thread gives the same kit
    everywhere on the same kind of processor.
    """
    recording = (cut_loop(read_loop(path), tools.transcriber) if settings.free
                 else read_loop(path, settings.beats))
    *_, last = decompose(recording, tools, recording.sample_rate, report)
    return stored(last, source_of(path), tools, settings)


def words_about(kit: StoredDecomposition) -> str:
    """Tempo, length and match, for people."""
    return f"{kit.tempo_bpm:.2f} BPM, {kit.pattern.beats} beats, match {kit.match or 0.0:.0%}"
