"""The small pictures of sounds that screens draw."""

from dataclasses import replace

import numpy as np

from engine.core.kit import Kit, OneShot
from engine.core.loop import OVERVIEW_PEAKS, PlayedLoop
from engine.core.machine import empty_machine
from engine.live.pictures import SHOT_PEAKS, Pictures, picture

SHOT, RESIDUAL = "12" * 8, "34" * 8


def test_a_picture_has_the_peak_of_each_part() -> None:
    audio = np.zeros((640, 2), np.float32)
    audio[:10, 1], audio[320:330, 0] = -1.0, 0.5
    drawn = picture(audio, 64)
    assert len(drawn) == 64 and drawn[0] == 255 and drawn[32] == 128 and sum(drawn) == 383
    assert len(picture(audio[:3], 64)) == 3


def test_one_shots_and_residual_are_drawn_once() -> None:
    bank = {SHOT: np.ones((1000, 2), np.float32), RESIDUAL: np.zeros((5000, 2), np.float32)}
    machine = replace(empty_machine(48000), kit=Kit("k", {"kick": OneShot(SHOT, 1000)}),
                      loop=PlayedLoop("56" * 8, 5000, 4, residual=RESIDUAL))
    pictures = Pictures(bank)
    drawn = pictures.of(machine)
    assert (len(drawn[SHOT]), len(drawn[RESIDUAL])) == (SHOT_PEAKS, OVERVIEW_PEAKS)
    assert pictures.of(replace(machine, playing=True)) is drawn
    louder = replace(machine, kit=Kit("k", {"kick": OneShot(SHOT, 1000, gain=2.0)}))
    assert pictures.of(louder) is drawn
    assert pictures.of(empty_machine(48000)) == {}


def test_a_sound_that_is_not_there_has_no_picture() -> None:
    machine = replace(empty_machine(48000), kit=Kit("k", {"kick": OneShot(SHOT, 1000)}))
    assert Pictures({}).of(machine) == {}
