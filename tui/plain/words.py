"""Every word of the line mode, and what a typed line means."""

import difflib
import shlex
from collections.abc import Iterable

from engine.core.errors import UsageError
from engine.core.names import readable
from engine.core.snapshot import Snapshot
from tui.keymap import Keymap
from tui.plain.line import Answer, Choices, Line, Say
from tui.plain.loops import LOOPS
from tui.plain.midi import MIDI
from tui.plain.playing import PLAYING
from tui.plain.session_words import SESSION
from tui.plain.sounds import SOUNDS
from tui.plain.steps import STEPS
from tui.plain.word import Word

SUBJECTS = {"Playing and recording": PLAYING, "The loop": LOOPS, "Steps and patterns": STEPS,
            "Tracks, sounds, effects": SOUNDS, "MIDI": MIDI, "This session": SESSION}
WORDS = {word.name: word for words in SUBJECTS.values() for word in words}
# what only a screen needs: it moves a cursor, opens a page, or answers to keys that are held
ON_THE_SCREEN_ALONE = ("escape", "palette", "digit-9", "digit-0", "help", "messages", "jobs", "audio", "sync",
                       "grid-values")


def understood(typed: str, snapshot: Snapshot, choices: Choices, now_s: float) -> tuple[Answer, ...]:
    """What a line asks for; nothing for an empty line or a # comment. Raises TaoError when it cannot be understood."""
    try:
        first, *rest = shlex.split(typed, comments=True) or [""]
    except ValueError:
        raise UsageError("A quotation mark has no partner. Close the quotation, or leave the mark out.") from None
    if not first:
        return ()
    if first.lower() in ("help", "?"):
        return (Say(tuple(help_lines(" ".join(rest).lower()))),)
    word = WORDS.get(first.lower())
    if word is None:
        near = difflib.get_close_matches(first.lower(), WORDS, 1)
        hint = f"Did you mean {near[0]}?" if near else "Type help for all words."
        raise UsageError(f"There is no word {readable(first, 30)!r}. {hint}")
    line = Line(rest, snapshot, choices, now_s)
    answers = word.make(line)
    line.end()
    return answers if isinstance(answers, tuple) else (answers,)


def about(word: Word) -> str:
    """What a word does: its own text, or the keymap's."""
    return word.about or Keymap()[word.actions[0]].help


def help_lines(wanted: str = "") -> Iterable[str]:
    """All words by subject; or one word, or the words of one subject."""
    if wanted in WORDS:
        return [_help_of(WORDS[wanted])]
    chosen = {name: words for name, words in SUBJECTS.items() if wanted in name.lower()} or SUBJECTS
    lines = [] if len(chosen) == 1 else ["Type a word and what it needs, then Enter. Tracks have names and numbers, "
                                         "steps count from 1. Help and a word: that word alone."]
    for name, words in chosen.items():
        lines += [f"{name}:", *(_help_of(word) for word in words)]
    return lines


def _help_of(word: Word) -> str:
    return f"{word.name}{' ' if word.usage else ''}{word.usage}: {about(word)}."
