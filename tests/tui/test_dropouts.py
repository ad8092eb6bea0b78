"""Three dropouts in ten seconds give one piece of advice; earlier ones do not count."""

from dataclasses import replace

from tui.dropouts import Dropouts


def advised(*seen: tuple[float, int]) -> list[float]:
    """When advice was given, for (time in s, dropped blocks so far)."""
    dropouts = Dropouts()
    return [now_s for now_s, dropped in seen if dropouts.seen(dropped, 128, now_s) is not None]


def test_three_dropouts_within_ten_seconds_give_advice_once() -> None:
    assert advised((0, 5), (1, 6), (2, 6), (4, 9), (10, 10), (11, 11), (12, 12), (13, 13)) == [10, 13]


def test_dropouts_far_apart_only_light_the_lamp() -> None:
    assert advised((0, 0), (1, 1), (7, 2), (12, 3), (30, 4)) == []


async def test_the_screen_shows_the_advice(open_tao, engine):
    async with open_tao() as tao:
        for dropped in (1, 2, 4):
            engine.meters = replace(engine.meters, dropped_blocks=dropped)
            await tao.look()
        assert "larger buffer than 128 frames" in tao.app.instrument.notice_line.text
