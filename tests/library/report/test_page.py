"""The report of a decomposition: one file that loads nothing, escapes every name, and plays what was found."""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.kit import Kit, OneShot
from engine.core.pattern import Pattern, Step, Track
from engine.library.kits.decomposition import HeardOnset, Source
from engine.library.report.page import doubts, report, write_report
from tests.library.values import rich_decomposition, sound

NASTY = '<img src=x onerror="alert(1)">'
VOID = {"meta", "path", "line", "circle", "rect", "polygon", "img", "link"}


class Page(HTMLParser):
    """Every tag with its attributes, and whether the tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def players(self) -> dict[str, tuple[np.ndarray, int]]:
        """Audio and rate of each player, by its label."""
        return {str(attributes["aria-label"]): soundfile.read(io.BytesIO(base64.b64decode(
            str(attributes["src"]).removeprefix("data:audio/flac;base64,"))), dtype="float32")
            for tag, attributes in self.tags if tag == "audio"}


def nasty():
    """A decomposition in which every name is an attack."""
    kept = rich_decomposition()
    rename = {"kick": NASTY[:32]}
    pattern = replace(kept.pattern, tracks=tuple(replace(track, name=rename.get(track.name, track.name))
                                                 for track in kept.pattern.tracks))
    kit = Kit(NASTY, {rename.get(name, name): shot for name, shot in kept.kit.one_shots.items()})
    return replace(kept, pattern=pattern, kit=kit, source=Source(NASTY, None, NASTY, (NASTY,)),
                   stems={NASTY: kept.loop}, onsets={NASTY: kept.onsets["kick"]}, track_match={NASTY[:32]: 0.1},
                   made_by={NASTY: NASTY})


def test_the_page_is_well_formed_and_shows_and_plays_everything() -> None:
    page = Page(report(rich_decomposition()))
    assert not page.open
    assert set(page.players()) == {"the recording", "the kit", "the residual", "kick", "hihat", "stem of kick"}
    for words in ("take.wav", "120.00 BPM", "88%", "The pattern", "The one-shots", "The stems", "The residual",
                  "CC0-1.0", "match 90%", "separator"):
        assert words in page.words, words


def test_what_is_played_is_what_was_stored_and_the_kit_is_the_recording_without_the_residual() -> None:
    stored = rich_decomposition()
    assert stored.residual is not None
    players = Page(report(stored)).players()
    for name, audio in (("the recording", stored.loop), ("the residual", stored.residual),
                        ("stem of kick", stored.stems["kick"]), ("the kit", stored.loop - stored.residual)):
        played, rate = players[name]
        assert rate == stored.sample_rate and np.abs(played - audio).max() < 1 / 16384


def test_what_is_too_loud_is_turned_down() -> None:
    stored = rich_decomposition()
    played, _ = Page(report(replace(stored, loop=stored.loop * 8.0))).players()["the recording"]
    assert 0.99 < np.abs(played).max() <= 1.0
    assert np.corrcoef(played[:, 0], stored.loop[:, 0])[0, 1] > 0.999


def test_names_are_words_and_never_markup() -> None:
    text = report(nasty())
    page = Page(text)
    assert not page.open and page.count("img") == 0 and "<img" not in text and page.count("script") == 0
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_nothing_is_loaded_from_anywhere() -> None:
    page = Page(report(nasty()))
    assert all(str(attributes["src"]).startswith("data:audio/") for _, attributes in page.tags if "src" in attributes)
    assert not [attributes for _, attributes in page.tags if "href" in attributes]
    policy = next(attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes)
    assert str(policy).startswith("default-src 'none'")


def test_each_onset_and_hit_has_a_mark_and_doubt_is_a_hollow_one() -> None:
    pattern = Pattern((Track("kick", (Step(1.0), Step(0.5, confidence=0.2), None, None)),), 1)
    onsets = {"kick": (HeardOnset(0.0, 1.0), HeardOnset(0.5, 1.0))}
    stored = replace(rich_decomposition(), pattern=pattern, onsets=onsets)
    text = report(stored)
    marks = re.findall(r"<title>(kick[^<]*)</title>", text)
    assert len(marks) == 4 and sum("20% sure" in mark for mark in marks) == 1
    grid = text[text.index('class="pattern"'):]
    assert grid[: grid.index("</svg>")].count('fill="none"') == 1
    assert doubts(stored)[0] == "1 hit is uncertain: 1 on kick."


def test_doubts_name_the_tracks_that_the_kit_explains_poorly() -> None:
    stored = replace(rich_decomposition(), track_match={"kick": 0.95, "tom": 0.4})
    assert doubts(stored)[-1] == "The kit explains these tracks poorly: tom 40%."


def test_a_kit_without_stems_residual_or_match_has_a_page_too() -> None:
    bare = replace(rich_decomposition(), residual=None, match=None, stems={}, onsets={}, track_match={}, made_by={},
                   kit=Kit("none", {"kick": OneShot("0" * 16, 10)}), samples={}, source=Source("bare"))
    page = Page(report(bare))
    assert not page.open and set(page.players()) == {"the recording"}


@pytest.mark.parametrize("frames", [1, 3, 999, 1001])
def test_any_length_can_be_drawn(frames: int) -> None:
    stored = rich_decomposition()
    page = Page(report(replace(stored, loop=sound(1, frames), residual=sound(2, frames), onsets={})))
    assert page.count("path") >= 4


def test_the_page_lies_in_the_folder_of_its_kit(tmp_path: Path) -> None:
    path = write_report(tmp_path, rich_decomposition())
    assert path == tmp_path / "report.html" and path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
