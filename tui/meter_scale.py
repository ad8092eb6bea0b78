"""The meters' scale: decibels, and levels that rise at once and fall slowly."""

import math

FLOOR_DB = -48.0
FALL_DB = 26.0  # a second: a little quicker, for drums, than the 20 dB in 1.7 s of IEC 60268-10's type I


def decibels(peak: float) -> float:
    """Linear full scale 1.0 as dB, not below the meters' floor."""
    return max(FLOOR_DB, 20.0 * math.log10(peak)) if peak > 0.0 else FLOOR_DB


def next_level_db(shown_db: float, peak: float, elapsed_s: float) -> float:
    """What the meter shows next: the new peak, or the old one on its way down."""
    return max(decibels(peak), shown_db - FALL_DB * elapsed_s, FLOOR_DB)


def lit_columns(level_db: float, columns: int) -> int:
    """How many of a meter's columns are lit: all at 0 dB, none at the floor."""
    share = (level_db - FLOOR_DB) / -FLOOR_DB
    return min(columns, max(0, round(share * columns)))
