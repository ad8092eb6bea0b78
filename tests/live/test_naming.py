"""What waits has a name that a musician uses, never that of a class."""

from typing import get_args

import pytest

from engine.core.commands import Command, LatchEffect, SelectPattern, SetMute, ShapeOneShot
from engine.core.commands.sounds import Quality
from engine.core.effects import Effect
from engine.live import naming
from engine.live.naming import name_of


def test_no_command_was_forgotten() -> None:
    match_cases = {"SelectPattern", "SetChain", "SwapOneShot", "SetMute", "SetSolo", "ShapeOneShot", "LatchEffect",
                   "ShapeEffect"}
    assert naming.NAMES.keys() | match_cases == {command.__name__ for command in get_args(Command)}


@pytest.mark.parametrize(("command", "name"), [
    (LatchEffect(Effect.STUTTER, True), "stutter on"), (SelectPattern(2), "pattern 3"),
    (SetMute("tom", True), "mute tom"), (ShapeOneShot("kick", Quality.PAN, 0.5), "the sound of kick")])
def test_what_a_command_is_about_is_in_its_name(command: Command, name: str) -> None:
    assert name_of(command) == name
