"""A reader, good inputs for it, and how to damage them."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.core.errors import TaoError
from tests.readers.damage import some_edits

MAX_SENTENCE = 1000
Damage = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Reader:
    """A reader and good inputs for it. damage: makes a bad input of a good one; share: of all fuzzed inputs."""

    name: str
    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    damage: Damage = some_edits
    share: int = 1

    def survives(self, data: bytes) -> None:
        """Read it. A refusal is one sentence."""
        try:
            self.read(data)
        except TaoError as refused:
            text = str(refused)
            assert text and "\n" not in text and len(text) <= MAX_SENTENCE, text[:2000]

    def damaged(self, chance: random.Random) -> bytes:
        """A damaged input."""
        return self.damage(chance.choice(self.seeds), chance)
