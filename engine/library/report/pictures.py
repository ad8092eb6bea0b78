"""Waveforms and patterns as SVG."""

from collections.abc import Sequence
from html import escape

import numpy as np

from engine.core.kit import Kit
from engine.core.loop import Audio
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import PPQN

WIDTH = 1000
# by track: the palette of Okabe and Ito, which every eye tells apart, and a shape
PENS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#b5a900", "#8c8c8c")
SHAPES = ("circle", "square", "triangle", "diamond")
ROW, LABEL = 22, 90


def waveform(audio: Audio, height: int = 120, under: Audio | None = None,
             onsets: Sequence[tuple[float, int, str]] = ()) -> str:
    """Audio (frames, channels) as lowest and highest peaks. under: what is left of it, drawn over it; onsets: (where,
    0..1; the track's number; words) of marks above."""
    top = 26 if onsets else 0
    parts = [f'<path class="wave" d="{_outline(audio, height, top)}"/>']
    if under is not None:
        parts.append(f'<path class="rest" d="{_outline(under, height, top)}"/>')
    for place, number, words in onsets:
        x = place * WIDTH
        parts.append(f'<g><title>{escape(words)}</title><line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" '
                     f'y2="{top + height}" stroke="{pen(number)}"/>{shape(number, x, 12, 5.0)}</g>')
    return _svg(WIDTH, height + top, parts, "waveform")


def grid(pattern: Pattern, kit: Kit) -> str:
    """The steps of every track: size for velocity, a hollow mark for doubt, a shift for timing."""
    parts = []
    room = WIDTH - LABEL
    for ticks in range(0, pattern.ticks + 1, pattern.pulse_ticks):
        x = LABEL + room * ticks / pattern.ticks
        strong = ticks % pattern.bar_ticks == 0
        parts.append(f'<line class="{"bar" if strong else "beat"}" x1="{x:.1f}" x2="{x:.1f}" y1="0" '
                     f'y2="{ROW * len(pattern.tracks)}"/>')
    for number, track in enumerate(pattern.tracks):
        y = ROW * number + ROW / 2
        silent = "" if track.name in kit.one_shots else ' class="quiet"'
        parts.append(f'<text x="0" y="{y + 4:.0f}"{silent}>{escape(track.name)}</text>')
        parts += [_hit(track, index, step, number, y, room / pattern.ticks)
                  for index, step in enumerate(track.steps) if step is not None
                  and index * track.step_ticks < pattern.ticks]
    return _svg(WIDTH, ROW * len(pattern.tracks), parts, "pattern")


def shape(number: int, x: float, y: float, radius: float, hollow: bool = False) -> str:
    """A track's mark: its own colour and shape."""
    paint = f'fill="none" stroke="{pen(number)}" stroke-width="2"' if hollow else f'fill="{pen(number)}"'
    match SHAPES[number % len(SHAPES)]:
        case "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {paint}/>'
        case "square":
            return (f'<rect x="{x - radius:.1f}" y="{y - radius:.1f}" width="{2 * radius:.1f}" '
                    f'height="{2 * radius:.1f}" {paint}/>')
        case "triangle":
            corners: tuple[tuple[float, float], ...] = ((0.0, -1.2), (1.1, 0.9), (-1.1, 0.9))
        case _:
            corners = ((0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0))
    points = " ".join(f"{x + radius * across:.1f},{y + radius * down:.1f}" for across, down in corners)
    return f'<polygon points="{points}" {paint}/>'


def pen(number: int) -> str:
    """A track's colour."""
    return PENS[number % len(PENS)]


def _hit(track: Track, index: int, step: Step, number: int, y: float, width_of_tick: float) -> str:
    x = LABEL + (index * track.step_ticks + step.microtiming) * width_of_tick
    beat, part = divmod(index * track.step_ticks, PPQN)
    words = (f"{track.name}, beat {beat + 1} + {part}/{PPQN}, velocity {step.velocity:.0%}, "
             f"{step.microtiming:+d} ticks, {step.confidence:.0%} sure")
    mark = shape(number, x, y, 3.0 + 6.0 * step.velocity, hollow=step.uncertain)
    return f"<g><title>{escape(words)}</title>{mark}</g>"


def _outline(audio: Audio, height: int, top: int) -> str:
    """An SVG path round the peaks of each column."""
    columns = min(WIDTH, len(audio))
    edges = np.linspace(0, len(audio), columns + 1).astype(int)[:-1]
    high = np.maximum.reduceat(audio.max(axis=1), edges).clip(-1, 1)
    low = np.minimum.reduceat(audio.min(axis=1), edges).clip(-1, 1)
    x = np.linspace(0, WIDTH, columns)
    middle, half = top + height / 2, height / 2
    upper = [f"{across:.1f},{middle - half * up:.1f}" for across, up in zip(x, high, strict=True)]
    lower = [f"{across:.1f},{middle - half * down:.1f}" for across, down in zip(x[::-1], low[::-1], strict=True)]
    return f"M{' L'.join(upper + lower)}Z"


def _svg(width: int, height: int, parts: Sequence[str], name: str) -> str:
    return (f'<svg role="img" aria-label="{name}" viewBox="0 0 {width} {height}" preserveAspectRatio="none" '
            f'class="{name}">{"".join(parts)}</svg>')
