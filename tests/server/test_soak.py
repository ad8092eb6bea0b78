"""The short form of `python -m benchmarks soak`: nothing is lost, whatever is killed."""

from pathlib import Path

from benchmarks.soak import soak

SECONDS = 25.0
GROWTH_MB = 60.0


def test_nothing_is_lost_while_device_worker_and_face_are_killed(tmp_path: Path) -> None:
    done = soak(tmp_path, SECONDS / 60.0, seed=3)
    assert done.lost == []
    assert all(done.counts.get(f"{what} killed", 0) for what in ("devices", "workers", "clients")), done.counts
    assert done.counts["steps"] > 20 and done.counts["swaps"] > 2 and done.gaps >= len(done.away_s)
    assert done.last_mb - done.first_mb < GROWTH_MB
