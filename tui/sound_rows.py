"""The lines of the sound browser: name, how near the sound is, its length, level and picture."""

from engine.core.snapshot import SoundFacts
from tui.braille import rows_of, stretched
from tui.glyphs import Glyphs

NUMBERS, LEAST_NAME = 25, 15  # columns of the three numbers, and of a name
PICTURE = 6, 32  # the least and the most columns of a picture
HEADING = "name", f"{'alike':>7}{'length':>9}{'peak':>9}"


def sound_row(name: str, facts: SoundFacts | None, columns: int, glyphs: Glyphs, chosen: bool = False) -> str:
    """One line of so many columns; facts: None while they are not known; chosen: heard or swapped in last."""
    room, picture = widths(columns)
    name = f"{glyphs.chosen if chosen else ' '} {name}"
    shown = name if len(name) <= room else f"{name[: room - 1]}{glyphs.cut}"
    if facts is None:
        return shown
    alike = "" if facts.closeness is None else f"{facts.closeness:.0%}"
    numbers = f"{alike:>7}{length_words(facts.length_s):>9}{facts.level_db:>6.0f} dB"
    if not picture:
        return f"{shown:<{room}}{numbers}"
    plain = glyphs.wave if glyphs.name == "ascii" else ""
    levels = stretched([peak / 255.0 for peak in facts.picture], picture * (1 if plain else 2))
    return f"{shown:<{room}}{numbers}  {rows_of(levels, 1, ascii_=plain)[0]}"


def heading(columns: int) -> str:
    """What the columns are."""
    room, _ = widths(columns)
    return f"  {HEADING[0]:<{room - 2}}{HEADING[1]}"


def widths(columns: int) -> tuple[int, int]:
    """Columns for the name, and for the picture, 0 where there is no room for one."""
    least, most = PICTURE
    spare = columns - NUMBERS - LEAST_NAME - 2
    picture = 0 if spare < least else min(most, max(least, spare // 2))
    return max(LEAST_NAME, columns - NUMBERS - (picture + 2 if picture else 0)), picture


def length_words(seconds: float) -> str:
    """`340 ms`, `2.4 s`."""
    return f"{1000 * seconds:.0f} ms" if seconds < 1.0 else f"{seconds:.1f} s"
