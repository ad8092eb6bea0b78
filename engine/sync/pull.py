"""How hard to pull the song towards a leader: gently, unless our own tempo was only a guess."""

PULL_S, MOST_PULL = 0.4, 0.02  # an error is corrected in about this time, by at most this share of the tempo
CATCH_UP_S, CAUGHT_S = 0.1, 0.001  # while catching up: in about this time, until it is so small
STEER_EVERY_S, CATCH_UP_EVERY_S = 0.1, 0.02
SLOWEST = -0.9


class Pull:
    """catches_up: whether the leader's tempo is so new that ours was another until now."""

    def __init__(self) -> None:
        self.catches_up = False

    @property
    def every_s(self) -> float:
        """How often to steer."""
        return CATCH_UP_EVERY_S if self.catches_up else STEER_EVERY_S

    def share(self, behind_s: float, settled: bool) -> float:
        """How much faster to play, as a share of the tempo. settled: whether the leader's tempo stays as it is."""
        if not self.catches_up:
            return min(MOST_PULL, max(-MOST_PULL, behind_s / PULL_S))
        self.catches_up = abs(behind_s) > CAUGHT_S or not settled
        return max(SLOWEST, behind_s / CATCH_UP_S)
