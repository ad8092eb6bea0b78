"""The characters that the screen is drawn with: a set for UTF-8 terminals, and one in plain ASCII."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.errors import UsageError
from engine.core.pattern import Step

STRONG_FROM, MEDIUM_FROM = 0.75, 0.45
FEW_GLYPHS = ("linux", "dumb", "ansi", "vt")  # terminals without our shapes in their fonts, whatever the locale says


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set, each a column wide. `wave` climbs from an eighth to full; `doubtful` are the
    three shapes of uncertain hits; `forgotten` marks what was heard and is no longer there; `arrows` name keys."""

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
    doubtful: str
    forgotten: str
    own: str = "*"
    ratchet: str = "="
    swung: str = ","
    added: str = "+"
    uncertain: str = "?"

    def of_step(self, step: Step) -> str:
        """A hit's shape shows its velocity; another family of shapes is for hits that the transcriber doubted."""
        strength = 0 if step.velocity >= STRONG_FROM else 1 if step.velocity >= MEDIUM_FROM else 2
        return self.doubtful[strength] if step.uncertain else (self.strong, self.medium, self.ghost)[strength]

    def mark_of(self, step: Step) -> str:
        """The mark beside the step: a question mark where the transcriber was not sure."""
        return self.uncertain if step.uncertain else " "


UNICODE = Glyphs(
    "unicode", strong="●", medium="◐", ghost="○", silent="·", beat="┊", playhead="▾", chosen="▸", pending="▷",
    play="►", stop="■", record="●", armed="◌", lit="●", unlit="○", bar="━", rest="─", done="✓", todo="·",
    warning="▲", cut="…", wave="▁▂▃▄▅▆▇█", doubtful="◆◈◇", forgotten="◌", ratchet="≡",
    arrows={"up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "⏎", "backspace": "⌫"})
ASCII = Glyphs(
    "ascii", strong="#", medium="+", ghost="o", silent=".", beat=":", playhead="v", chosen=">", pending="~",
    play=">", stop="=", record="*", armed="o", lit="#", unlit=".", bar="=", rest="-", done="+", todo=".",
    warning="!", cut="~", wave="...:::||", doubtful="???", forgotten="'", arrows={})


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
