"""What was done, and what was lost."""

import sys
from collections import Counter
from dataclasses import dataclass, field

REPORT_EVERY = 10


@dataclass
class Tally:
    """counts: of what was done and seen; lost: a sentence for each thing that was lost; oldest_lost_s: how old the
    oldest edit was that a crash took with it."""

    counts: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    oldest_lost_s: float = 0.0

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was done or seen."""
        self.counts[what] += number

    def check(self, kept: bool, sentence: str) -> None:
        """Note a loss unless it was kept."""
        if not kept:
            self.lost.append(sentence)
            print(f"lost: {sentence}", file=sys.stderr, flush=True)

    def report(self, done: int, rounds: int, what: str) -> None:
        """Say now and then on stderr how far it is."""
        if done % REPORT_EVERY == 0 or done == rounds:
            print(f"{what}: {done} of {rounds} rounds; {self.words()}; {len(self.lost)} lost", file=sys.stderr,
                  flush=True)

    def words(self) -> str:
        """All counts, in one line."""
        return ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
