"""The words for the loop, its files, and the job that takes it apart."""

from engine.core.commands import DoubleReading, HalveReading, SetTimeSignature, ShiftDownbeat
from engine.core.commands.boundary import Boundary
from engine.core.exports import HARDWARE, ExportSettings, settings_for
from engine.core.methods import GROUPS, installed
from engine.core.names import path_of
from engine.core.requests import (
    CancelJob,
    ChooseMethod,
    ChooseReading,
    Correct,
    Decompose,
    ExportKit,
    New,
    OpenFile,
    OpenSet,
    SaveKit,
    SaveSet,
)
from engine.core.time_signature import read_time_signature
from tui.paths import is_set, with_path
from tui.plain.line import Answer, Ask, Line, Say
from tui.plain.word import Word


def _readings(line: Line) -> Answer:
    found = line.snapshot.status.readings
    if not found:
        return Say(("The tempo is certain. Halve and double count the loop at half and twice the tempo.",))
    if not line.more:
        return Say(tuple("{}: {:.1f} BPM, {:g} beats, {}/{}.".format(number, reading.bpm, reading.beats,
                                                                     *reading.time_signature)
                         for number, reading in enumerate(found, 1)))
    return Ask(ChooseReading(line.whole("a number of the list", 1, len(found)) - 1))


def _methods(line: Line) -> Answer:
    chosen = line.snapshot.status.methods
    if not line.more:
        return Say(tuple(f"{kind}: {name}. Installed: {', '.join(installed(GROUPS[kind]))}."
                         for kind, name in chosen.items()))
    kind = line.one_of("a kind of plugin", {known: known for known in GROUPS})
    name = with_path(line.rest(f"a {kind} ({', '.join(installed(GROUPS[kind]))})"))
    return Ask(ChooseMethod(kind, name), said=f"{name} is the {kind} from now on.")


def _metre(line: Line) -> Answer:
    return Ask(SetTimeSignature(read_time_signature(line.word("a metre, such as 7/8"))))


def _open(line: Line) -> Answer:
    path = path_of(line.rest("a file or folder")).absolute()
    return Ask(OpenSet(str(path)) if is_set(path) else OpenFile(str(path)), said=f"Opening {path.name}.")


def _export(line: Line) -> Answer:
    folder, formats, settings = str(path_of(line.word("a folder")).absolute()), [], ExportSettings()
    while line.more:
        word = line.word("a format")
        if word in HARDWARE:
            settings = settings_for(word)
            formats.append(HARDWARE[word].format)
        else:
            formats.append(word)
    return Ask(ExportKit(tuple(formats), folder, settings), said=f"Exporting to {folder}.")


LOOPS = (
    Word("decompose", "", lambda line: Ask(Decompose()), ("decompose",)),
    Word("methods", "[transcriber | separator | extractor NAME]", _methods, ("methods",)),
    Word("correct", "", lambda line: Ask(Correct()), ("correct",)),
    Word("cancel-job", "", lambda line: Ask(CancelJob()), ("cancel-job",)),
    Word("halve", "", lambda line: Ask(HalveReading()), ("halve",)),
    Word("double", "", lambda line: Ask(DoubleReading()), ("double",)),
    Word("readings", "[NUMBER]", _readings, ("readings", "next-reading"),
         "list the loop's likely tempos, or choose one"),
    Word("metre", "7/8", _metre, ("meter",), "count bars in this metre"),
    Word("downbeat", "[STEPS]", lambda line: Ask(ShiftDownbeat(
        line.whole("a number of steps", -64, 64) if line.more else 1)), ("downbeat",),
        "move the bar line this many steps later in the loop"),
    Word("open", "PATH", _open, ("open",)),
    Word("save", "NAME", lambda line: Ask(SaveKit(line.rest("a name"))), ("save",), "save the kit under a name"),
    Word("save-set", "NAME", lambda line: Ask(SaveSet(line.rest("a name"))), ("save-set",)),
    Word("new", "", lambda line: Ask(New(), Boundary.BAR), ("new",), "start over with an empty machine; undo brings "
         "it back"),
    Word("export", "FOLDER [FORMAT | SAMPLER ...]", _export, ("export",)),
)
