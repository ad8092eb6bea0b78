"""What lanes and pads show of a track's one-shot."""

from engine.core.snapshot import Status
from tui.meter_scale import decibels
from tui.widgets.lane_label import Sound


def sound_of(status: Status, name: str) -> Sound:
    """What a lane shows of its one-shot."""
    shot = status.machine.kit.one_shots.get(name)
    match = None if status.heard is None else status.heard.track_match.get(name)
    if shot is None:
        return Sound(words="no sound", match=match)
    words = f"{shot.frames / status.machine.timeline.sample_rate:.2f} s {decibels(shot.gain):+.0f} dB"
    return Sound(status.pictures.get(shot.sample, b""), words, match)
