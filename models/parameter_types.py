"""What the verbs' options take: beats, metres, and numbers that are numbers."""

import math
from typing import Any

import click

from engine.core.errors import InvalidValue
from engine.core.time_signature import Quarters, read_time_signature, whole_or_half

MOST_BEATS = 128


class Beats(click.ParamType):
    """Quarter notes: a whole number, or one and a half."""

    name = "BEATS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Quarters:
        """The number; fails for any other."""
        try:
            beats = whole_or_half(float(value))
        except (InvalidValue, ValueError, OverflowError):
            beats = 0
        if not 1 <= beats <= MOST_BEATS:
            self.fail(f"{value!r} is not a number of beats: write 1 to {MOST_BEATS}, halves too, such as 8 or 3.5.")
        return beats


class Meter(click.ParamType):
    """A metre, kept as it is written."""

    name = "METER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The metre as OVER/UNDER; fails for any other text."""
        try:
            return "{}/{}".format(*read_time_signature(str(value)))
        except InvalidValue as error:
            self.fail(str(error))


class Number(click.FloatRange):
    """A number in a range. Click's own FloatRange lets "nan" through, which is no number and in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; fails for any that is out of range, and for nan."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number
