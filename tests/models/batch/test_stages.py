"""How one file goes: a bar on a terminal, a line for each stage elsewhere."""

import io
import os

from models.batch.progress import shown_stages
from tests.terminal import open_terminal


def test_each_stage_is_a_line_where_there_is_no_terminal():
    stream = io.StringIO()
    with shown_stages("amen.wav", stream) as report:
        for stage, share in (("slices", 0.0), ("pattern", 0.1), ("kit", 0.5), ("kit", 0.9)):
            report(stage, share)
    assert stream.getvalue() == "amen.wav: slices\namen.wav: pattern\namen.wav: kit\n"


def test_on_a_terminal_there_is_a_bar_with_the_share_and_the_stage(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    ours, theirs = open_terminal()
    with os.fdopen(theirs, "w") as stream:
        with shown_stages("[amen].wav", stream) as report:
            report("stems", 0.5)
            report("kit", 0.75)
        drawn = ""
        while "75%" not in drawn:  # it comes in pieces
            drawn += os.read(ours, 65536).decode()
    os.close(ours)
    assert "[amen].wav" in drawn and "kit" in drawn and "\x1b[" in drawn
