"""How one file goes: a bar on a terminal, a line for each stage elsewhere; and the page that is written at its end."""

import io
import os

from engine.library.kits.kit_folder import write_folder
from models.batch.progress import shown_stages
from models.batch.run import Batch, _report_on
from models.batch.settings import Settings
from tests.library.values import rich_decomposition
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


def test_a_batch_writes_each_kit_its_page_if_it_is_asked_to(tmp_path, capsys):
    settings = Settings("tao", "tao", "solve")
    write_folder(tmp_path / "kit", rich_decomposition())
    _report_on(tmp_path / "kit", Batch((), tmp_path, settings))
    assert not (tmp_path / "kit" / "report.html").exists()
    _report_on(tmp_path / "kit", Batch((), tmp_path, settings, report=True))
    assert (tmp_path / "kit" / "report.html").exists()
    _report_on(tmp_path / "gone", Batch((), tmp_path, settings, report=True))
    assert "its report cannot be written" in capsys.readouterr().err
