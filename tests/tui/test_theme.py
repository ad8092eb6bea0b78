"""The colours can be read on a dark stage, in daylight and by every eye: measured, pair by pair."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from textual.color import Color

import tui.app
from tests.tui.fake import FakeEngine
from tui.app import TaoApp
from tui.screen_setup import DEFAULT_THEME, THEMES, Look
from tui.theme import OURS

STYLES = Path(tui.app.__file__).parent / "tao.tcss"
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
GROUNDS = ("background", "surface", "panel")
WORDS_NEED, LINES_NEED = 4.5, 3.0  # WCAG 2.2, criteria 1.4.3 and 1.4.11
LINES = {"faint", "secondary-darken-2"}  # what only lines, dots and waves are drawn with
# how eyes without one kind of cone see linear RGB: Machado, Oliveira and Fernandes (2009), severity 1.0
EYES = {"all cones": np.eye(3),
        "protanopia": np.array([[.152286, 1.052583, -.204868], [.114503, .786281, .099216],
                                [-.003882, -.048116, 1.051998]]),
        "deuteranopia": np.array([[.367322, .860646, -.227968], [.280085, .672501, .047413],
                                  [-.011820, .042940, .968881]]),
        "tritanopia": np.array([[1.255528, -.076749, -.178779], [-.078411, .930809, .147602],
                                [.004733, .691367, .303900]])}


def linear(colour: Color) -> np.ndarray:
    """Linear RGB, 0..1 (IEC 61966-2-1)."""
    parts = np.array(colour.rgb) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: Color, other: Color) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    high, low = sorted((float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = np.array([[.4124, .3576, .1805], [.2126, .7152, .0722], [.0193, .1192, .9505]]) @ rgb.clip(0, 1)
    f = np.cbrt(np.maximum(xyz / [.9505, 1.0, 1.089], 1e-6))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def colours_of(theme) -> dict[str, Color]:
    """Every variable of a theme that the styles can name."""
    found = {**theme.to_color_system().generate(), **theme.variables}
    return {name: Color.parse(value) for name, value in found.items() if value.startswith("#")}


def pairs() -> set[tuple[str, str]]:
    """(colour, ground) of every rule in tao.tcss; a rule without a ground may stand on any."""
    found = set()
    for _, body in RULE.findall(re.sub(r"/\*.*?\*/", "", STYLES.read_text(encoding="utf-8"), flags=re.DOTALL)):
        said = dict(re.findall(r"(?<![\w-])(color|background): *\$([\w-]+) *;", body))
        if "color" in said:
            found |= {(said["color"], ground) for ground in ([said["background"]] if "background" in said else GROUNDS)}
    return found


def test_the_styles_were_read() -> None:
    assert {("quiet", "surface"), ("dim", "background"), ("background", "primary")} <= pairs() and len(pairs()) > 20


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_every_word_and_line_can_be_told_from_its_ground(theme) -> None:
    colours = colours_of(theme)
    poor = {f"{word} on {ground}": round(ratio, 2) for word, ground in sorted(pairs())
            if (ratio := contrast(colours[word], colours[ground])) < (LINES_NEED if word in LINES else WORDS_NEED)}
    assert not poor


def test_the_high_contrast_theme_has_seven_to_one_for_words() -> None:
    colours = colours_of(next(theme for theme in OURS if theme.name == "high-contrast"))
    assert min(contrast(colours[word], colours[ground]) for word, ground in pairs() if word not in LINES) >= 7.0


@pytest.mark.parametrize("eyes", EYES)
def test_the_colours_for_every_eye_stay_apart_without_one_kind_of_cone(eyes: str) -> None:
    colours = colours_of(next(theme for theme in OURS if theme.name == "colour-blind"))
    seen = {name: lab(EYES[eyes] @ linear(colours[name])) for name in ("primary", "secondary", "success", "error")}
    near = {f"{one} {other}": round(float(apart), 1) for one, other in combinations(seen, 2)
            if (apart := np.linalg.norm(seen[one] - seen[other])) < 10.0}
    assert not near


def test_sixteen_colours_are_only_those_that_the_terminal_has() -> None:
    theme = next(theme for theme in OURS if theme.name == "sixteen")
    parts = {int(value, 16) for colour in [theme.background, theme.foreground, theme.primary, theme.secondary,
                                           theme.success, theme.error, *theme.variables.values()]
             for value in re.findall("[0-9a-f]{2}", colour)}
    assert parts <= {0x00, 0x55, 0xAA, 0xFF}


@pytest.mark.parametrize("name", THEMES)
async def test_every_theme_can_be_shown_and_only_ours_are_offered(name: str) -> None:
    app = TaoApp(FakeEngine(), look=Look(name))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        assert app.theme == name and set(app.available_themes) == set(THEMES)


async def test_a_theme_that_is_chosen_on_the_screen_is_kept() -> None:
    kept: list[str] = []
    app = TaoApp(FakeEngine(), look=Look(keep_theme=kept.append))
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.theme == DEFAULT_THEME
        await pilot.pause()
        assert kept == []
        app.theme = "light"
        await pilot.pause()
    assert kept == ["light"]
