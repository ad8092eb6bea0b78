"""The verbs that fit something in one go never replace a file unasked, and find that out before they work."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.library.outputs import OutputRefused
from tao_live import cli


@pytest.mark.parametrize("words", [("judge", "--loops"), ("idm-sounds", "--data"),
                                   ("assemble", __file__, "--loops")])
def test_weights_that_exist_are_kept(words: tuple[str, ...], tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text("mine")
    for out, reason in ((mine, "add --overwrite"), (tmp_path / "no" / "mine.json", "no folder")):
        with pytest.raises(OutputRefused, match=reason):
            CliRunner().invoke(cli, ["train", *words, str(tmp_path), "-o", str(out)], catch_exceptions=False)
    assert mine.read_text() == "mine"


def test_the_picture_of_an_evaluation_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "mine.svg").write_text("mine")
    with pytest.raises(OutputRefused, match="with --picture"):
        CliRunner().invoke(cli, ["evaluate", "decomposition", str(tmp_path), "--picture", str(tmp_path / "mine.svg")],
                           catch_exceptions=False)
