"""The journal's versions, and what was renamed from one to the next, so that old sessions still replay bit for bit.

A journal names classes and their fields. Moving a class changes nothing; renaming a command, a record or one of their
fields, however deep inside, needs a new version here, with the old name in the row of the version that still had it.
"""

from engine.bridge.renames import Renames
from engine.core.errors import TaoError
from engine.core.names import readable

PREFIX, VERSION = "tao.journal/", 2
SCHEMA = f"{PREFIX}{VERSION}"

RENAMED_CLASSES: dict[int, dict[str, str]] = {
    1: {"Heard": "MidiActed", "TakeUp": "ResumeSession", "SetSwitches": "SetMutesAndSolos",
        "SetSource": "SetClockSource", "Steer": "FollowTempo"},
}
RENAMED_FIELDS: dict[int, dict[str, dict[str, str]]] = {  # by the class's present name
    1: {"Machine": {"shelf": "stored_patterns"}, "Midi": {"heard_bpm": "leader_bpm"},
        "FollowTempo": {"heard_bpm": "leader_bpm"}},
}


class NewerJournal(TaoError):
    """A journal written by a version of Tao later than this one."""


def renames_since(schema: str) -> Renames:
    """What was renamed since a journal of this schema was written. Raises NewerJournal, and ValueError for a schema
    that is not a journal's."""
    number = schema.removeprefix(PREFIX)
    if number == schema or not (number.isdecimal() and len(number) <= 9 and int(number) >= 1):
        raise ValueError(f"{readable(schema, 80)!r} is not the schema of a journal.")
    version = int(number)
    if version > VERSION:
        raise NewerJournal(f"This session was recorded by a newer Tao ({schema}; this one reads up to {SCHEMA}). "
                           "Update Tao to open it.")
    classes: dict[str, str] = {}
    fields: dict[str, dict[str, str]] = {}
    for old in range(version, VERSION):
        step = RENAMED_CLASSES.get(old, {})
        classes = {**{first: step.get(then, then) for first, then in classes.items()}, **step}
        for name, changes in RENAMED_FIELDS.get(old, {}).items():
            known = fields.get(name, {})
            fields[name] = {**{first: changes.get(then, then) for first, then in known.items()}, **changes}
    return Renames(classes, fields)
