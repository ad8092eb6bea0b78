"""The guide of the first start: three steps, shown once. Which keys they name depends on the keymap."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from tui.glyphs import Glyphs
from tui.keymap import Keymap


@dataclass(frozen=True, slots=True)
class Guide:
    """file: exists once the guide has been seen, or skipped."""

    file: Path

    @property
    def wanted(self) -> bool:
        """Whether it has not been seen yet."""
        return not self.file.exists()

    def done(self) -> None:
        """Never show it again. Where that cannot be noted, it comes back: no reason to disturb anybody."""
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch()


def steps(keymap: Keymap, glyphs: Glyphs) -> list[tuple[str, str]]:
    """The three steps: a title and a sentence or two each."""
    def key(action_id: str) -> str:
        return keymap.key_of(action_id, glyphs)

    return [
        ("Hear it", f"{key('play')} plays the loop, and stops it. 1 to 8 trigger the drums. {key('listen')} goes from "
                    f"the recording to kit and residual, and to the kit alone: the match says how alike they are."),
        ("Record your own", f"Play something into the input and press {key('record')}: Tao records two bars from the "
                            f"next bar line, loops them at once, and turns them into a kit and a pattern. "
                            f"{key('open')} opens a file instead."),
        ("Change it", f"The arrows move, {key('toggle')} puts a hit on a step or clears it, {key('sounds')} swaps the "
                      f"sound, {key('undo')} takes anything back. {key('help')} lists every key, {key('palette')} "
                      "finds any action by name.")]
