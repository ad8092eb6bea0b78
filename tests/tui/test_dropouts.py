"""Three gaps in ten seconds are told once, with the cure; what was before is not."""

from dataclasses import replace

from tui.dropouts import Dropouts


def told(*seen: tuple[float, int]) -> list[float]:
    """When something was told, of gaps (time in s, dropped blocks so far)."""
    dropouts = Dropouts()
    return [now_s for now_s, dropped in seen if dropouts.seen(dropped, 128, now_s) is not None]


def test_three_gaps_within_ten_seconds_are_told_once() -> None:
    assert told((0, 5), (1, 6), (2, 6), (4, 9), (10, 10), (11, 11), (12, 12), (13, 13)) == [10, 13]


def test_gaps_far_apart_are_left_to_the_lamp() -> None:
    assert told((0, 0), (1, 1), (7, 2), (12, 3), (30, 4)) == []


async def test_the_face_tells_of_them(face, engine):
    async with face() as tao:
        for dropped in (1, 2, 4):
            engine.meters = replace(engine.meters, dropped_blocks=dropped)
            await tao.look()
        assert "larger buffer than 128 frames" in tao.app.notice.text
