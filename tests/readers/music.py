"""Readers of kit folders, and of other programs' kits and patterns."""

from collections.abc import Callable
from pathlib import Path

from engine.library.exporting import export
from engine.library.importers.hydrogen import HydrogenKit, HydrogenPattern
from engine.library.importers.kinds import kind_of
from engine.library.importers.midi import MidiPattern
from engine.library.importers.sfz import SfzKit
from engine.library.importing import Importer, as_decomposition
from engine.library.kits.kit_folder import files_of, read_folder, write_folder
from tests.library.values import rich_decomposition
from tests.readers.damage import drumkit, header_edits, json_values, some_edits, texts_in_xml, values_in_text
from tests.readers.reader import Damage, Reader

IMPORTERS: tuple[Callable[[], Importer], ...] = (HydrogenKit, HydrogenPattern, MidiPattern, SfzKit)


def readers(scratch: Path) -> tuple[Reader, ...]:
    """All of them."""
    made = scratch / "exports"
    stored = rich_decomposition()
    found = {name: export(stored, name, made)[0] for name in ("midi", "sfz", "hydrogen", "hydrogen-song",
                                                             "hydrogen-pattern")}
    instrument = next(found["sfz"].glob("*.sfz"))
    return (_folder(scratch), _importer("MIDI files", found["midi"], some_edits, 4),
            _importer("SFZ", instrument, values_in_text, 2),
            _importer("Hydrogen songs", found["hydrogen-song"], texts_in_xml, 2),
            _importer("Hydrogen patterns", found["hydrogen-pattern"], texts_in_xml, 2),
            _importer("Hydrogen drumkits", found["hydrogen"], drumkit, 1))


def _importer(name: str, original: Path, damage: Damage, share: int) -> Reader:
    """Files like `original`, read where it lies: an instrument's sounds lie beside it."""
    path = original.with_name(f"fuzzed{original.suffix}")

    def read(data: bytes) -> None:
        path.write_bytes(data)
        for importer in (kind() for kind in IMPORTERS):
            if importer.recognises(path):
                as_decomposition([importer.read(path)], "fuzzed")
                return
        kind_of(path)

    return Reader(name, read, (original.read_bytes(),), damage, share)


def _folder(scratch: Path) -> Reader:
    """A kit folder with one damaged file: its name comes first in the input, then a NUL."""
    folder = scratch / "kit"
    write_folder(folder, rich_decomposition())
    good = {name: (folder / name).read_bytes() for name in sorted(files_of(folder)) if (folder / name).exists()}

    def damage(seed: bytes, chance: object) -> bytes:
        name, _, content = seed.partition(b"\0")
        change: Damage = json_values if name == b"kit.json" else header_edits
        return name + b"\0" + change(content, chance)  # type: ignore[arg-type]

    def read(data: bytes) -> None:
        name, _, content = data.partition(b"\0")
        known = name.decode("latin-1") if name.decode("latin-1") in good else "kit.json"
        (folder / known).write_bytes(content)
        try:
            read_folder(folder)
        finally:
            (folder / known).write_bytes(good[known])

    seeds = tuple(name.encode() + b"\0" + content for name, content in good.items())
    return Reader("kit folders", read, (*seeds, seeds[sorted(good).index("kit.json")]), damage, 2)
