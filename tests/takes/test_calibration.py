"""Most clicks must agree on how late the input arrives; a block that was dropped spoils one or two of them."""

from pathlib import Path

import pytest

from engine.takes.calibration import QUIETEST, _read, agreed


@pytest.mark.parametrize(("frames", "late"), [
    ((300, 300, 301, 300, 301), 300),
    ((300, 428, 300, 172, 301), 300),  # two blocks of 128 frames were dropped
    ((900, 300, 301, 300, 2000), 300),
    ((300, 310, 320, 330, 340), None),
    ((300, 300, 428, 428, 700), None)])
def test_clicks_that_agree_decide(frames: tuple[int, ...], late: int | None) -> None:
    assert agreed([(frame, 0.5) for frame in frames]) == late


def test_what_is_too_quiet_was_no_loopback() -> None:
    assert agreed([(300, QUIETEST / 2)] * 5) is None
    assert agreed([(300, QUIETEST / 2)] * 2 + [(301, 0.5)] * 3) == 301
    assert agreed([]) is None


@pytest.mark.parametrize(("content", "found"), [
    ('{"correction_frames": {"card": 17, "other": -3}}', {"card": 17, "other": -3}),
    ('{"correction_frames": {"card": 17, "other": 1' + "0" * 300 + "}}", {"card": 17}),
    ('{"correction_frames": {"card": 1e999}}', {}), ('{"correction_frames": {"card": NaN}}', {}),
    ('{"correction_frames": ["card"]}', {}), ("[" * 100_000, {}), ("7", {}), ("", {})])
def test_what_no_device_can_have_is_not_used(tmp_path: Path, content: str, found: dict[str, int]) -> None:
    (tmp_path / "calibration.json").write_text(content)
    assert _read(tmp_path / "calibration.json") == found
