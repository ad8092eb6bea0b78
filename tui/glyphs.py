"""The characters that the screen is drawn with: a set for UTF-8 terminals, and one in plain ASCII."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.errors import UsageError
from engine.core.pattern import Step

STRONG_FROM, MEDIUM_FROM = 0.75, 0.45
FEW_GLYPHS = ("linux", "dumb", "ansi", "vt")  # terminals without our shapes in their fonts, whatever the locale says


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set, each a column wide. `wave` climbs from an eighth to full; `arrows` name keys."""

    name: str
    strong: str
    medium: str
    ghost: str
    silent: str
    beat: str
    playhead: str
    chosen: str
    pending: str
    play: str
    stop: str
    record: str
    armed: str
    lit: str
    unlit: str
    bar: str
    rest: str
    done: str
    todo: str
    warning: str
    cut: str
    wave: str
    arrows: Mapping[str, str]
    uncertain: str = "?"

    def of_step(self, step: Step) -> str:
        """A hit's shape shows its velocity."""
        if step.velocity >= STRONG_FROM:
            return self.strong
        return self.medium if step.velocity >= MEDIUM_FROM else self.ghost

    def mark_of(self, step: Step) -> str:
        """The mark beside the step: a question mark where the transcriber was not sure."""
        return self.uncertain if step.uncertain else " "


UNICODE = Glyphs(
    "unicode", strong="●", medium="◐", ghost="○", silent="·", beat="┊", playhead="▾", chosen="▸", pending="▷",
    play="►", stop="■", record="●", armed="◌", lit="●", unlit="○", bar="━", rest="─", done="✓", todo="·",
    warning="▲", cut="…", wave="▁▂▃▄▅▆▇█",
    arrows={"up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "⏎", "backspace": "⌫"})
ASCII = Glyphs(
    "ascii", strong="#", medium="+", ghost="o", silent=".", beat=":", playhead="v", chosen=">", pending="~",
    play=">", stop="=", record="*", armed="o", lit="#", unlit=".", bar="=", rest="-", done="+", todo=".",
    warning="!", cut="~", wave="...:::||", arrows={})


def glyphs_for(environ: Mapping[str, str], platform: str) -> Glyphs:
    """The set that the terminal can show, by TAO_GLYPHS (unicode, ascii) or else by TERM and the locale.

    Raises UsageError when TAO_GLYPHS is neither.
    """
    wanted = environ.get("TAO_GLYPHS", "")
    if wanted not in ("", UNICODE.name, ASCII.name):
        raise UsageError(f"TAO_GLYPHS is {wanted!r}. Set it to unicode or ascii, or unset it.")
    if wanted:
        return UNICODE if wanted == UNICODE.name else ASCII
    if environ.get("TERM", "").startswith(FEW_GLYPHS):
        return ASCII
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    utf8 = "utf8" in locale.lower().replace("-", "")
    return UNICODE if utf8 or platform == "win32" else ASCII
