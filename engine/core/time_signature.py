"""Metres, and lengths in quarter notes. In metres such as 7/8 a bar holds half a quarter note, so lengths may, too."""

from engine.core.errors import InvalidValue
from engine.core.timeline import PPQN, Ticks

Quarters = int | float  # quarter notes: a whole number, or one and a half
TimeSignature = tuple[int, int]  # such as (7, 8)
UNITS = (4, 8)
MAX_OVER = 32


def check_time_signature(signature: TimeSignature) -> None:
    """Raise InvalidValue unless the metre counts 1 to 32 quarters or eighths."""
    over, under = signature
    if under not in UNITS or not 1 <= over <= MAX_OVER:
        raise InvalidValue(f"A metre counts 1 to {MAX_OVER} quarters or eighths, such as 4/4 or 7/8; {over}/{under} "
                           "does not.")


def whole_or_half(quarters: Quarters) -> Quarters:
    """The number of quarter notes, as an int where it is whole. Raises InvalidValue unless it is a multiple of one
    half."""
    if quarters == int(quarters):
        return int(quarters)
    if 2 * quarters != int(2 * quarters):
        raise InvalidValue(f"A length is counted in whole or half beats; {quarters:g} beats were given.")
    return quarters


def quarters_of(ticks: int) -> Quarters:
    """So many ticks in quarter notes. Raises InvalidValue where that is not a multiple of one half."""
    return whole_or_half(ticks / PPQN)


def ticks_of(quarters: Quarters) -> Ticks:
    """So many quarter notes in ticks."""
    return Ticks(round(quarters * PPQN))


def bar_quarters(signature: TimeSignature) -> Quarters:
    """The quarter notes in a bar."""
    over, under = signature
    return whole_or_half(4 * over / under)


def pulse_ticks(signature: TimeSignature) -> Ticks:
    """Ticks from one counted beat to the next: quarters; dotted quarters in 6/8, 9/8 and 12/8; else eighths."""
    over, under = signature
    if under == 4:
        return Ticks(PPQN)
    return Ticks(3 * PPQN // 2) if over % 3 == 0 else Ticks(PPQN // 2)


def read_time_signature(text: str) -> TimeSignature:
    """The metre written as 7/8. Raises InvalidValue."""
    over, slash, under = text.partition("/")
    if not (slash and over.strip().isdigit() and under.strip().isdigit()):
        raise InvalidValue(f"Write a metre as 3/4 or 7/8, not {text!r}.")
    signature = int(over), int(under)
    check_time_signature(signature)
    return signature
