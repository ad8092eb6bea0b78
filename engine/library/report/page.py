"""The page. Every name is escaped; nothing is loaded from anywhere, and there are no scripts."""

import math
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np

from engine.core.kit import OneShot
from engine.core.loop import Audio
from engine.library.files import replacing
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.report.pictures import grid, shape, waveform
from engine.library.report.players import player

FILE = "report.html"
LOW_MATCH = 0.7
STYLE = """
:root { --ground: #faf8f4; --ink: #1d1b18; --quiet: #55524b; --line: #cfcac0; --wave: #8d8677; --rest: #a3241a; }
@media (prefers-color-scheme: dark) { :root { --ground: #111315; --ink: #d9d4c9; --quiet: #a09d95; --line: #3a4047;
  --wave: #6f8f8a; --rest: #ec8373; } }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 66rem; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin: 2.5rem 0 0.5rem; } p { margin: 0.3rem 0; } .quiet { color: var(--quiet); }
.match { font-size: 3rem; font-weight: bold; line-height: 1.2; }
svg { display: block; width: 100%; } .waveform { height: 8rem; } .small .waveform { height: 3.5rem; }
.wave { fill: var(--wave); } .rest { fill: var(--rest); opacity: 0.75; } .mark { stroke-width: 1; opacity: 0.6; }
.bar { stroke: var(--ink); opacity: 0.6; } .beat { stroke: var(--line); } text { fill: var(--ink); font-size: 14px; }
text.quiet { fill: var(--quiet); }
audio { height: 2.2rem; width: 100%; } .sounds { display: grid; gap: 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
.legend span { margin-right: 1.2rem; white-space: nowrap; } .legend svg { display: inline; height: 14px; width: 14px; }
table { border-collapse: collapse; } td, th { padding: 0.15rem 1rem 0.15rem 0; text-align: left; }
"""
HEAD = ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; media-src data:; '
        'style-src \'unsafe-inline\'">\n<meta name="viewport" content="width=device-width">\n')


def write_report(folder: Path, stored: StoredDecomposition) -> Path:
    """Write the page into the decomposition's own folder. Raises OSError."""
    path = folder / FILE
    with replacing(path) as part:
        part.write_text(report(stored), encoding="utf-8")
    return path


def report(stored: StoredDecomposition) -> str:
    """The whole page as HTML."""
    title = escape(stored.source.name)
    body = "\n".join((*_summary(stored), *_recording(stored), *_pattern(stored), *_one_shots(stored), *_stems(stored),
                      *_making(stored)))
    return f"{HEAD}<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"


def doubts(stored: StoredDecomposition) -> list[str]:
    """What the transcriber and the kit are not sure about, in sentences."""
    by_track = {track.name: sum(step is not None and step.uncertain for step in track.steps)
                for track in stored.pattern.tracks}
    unsure = {name: count for name, count in by_track.items() if count}
    found = []
    if unsure:
        where = ", ".join(f"{count} on {name}" for name, count in unsure.items())
        count = sum(unsure.values())
        found.append(f"{count} hit{' is' if count == 1 else 's are'} uncertain: {where}.")
    poor = {name: match for name, match in stored.track_match.items() if match < LOW_MATCH}
    if poor:
        where = ", ".join(f"{name} {match:.0%}" for name, match in poor.items())
        found.append(f"The kit explains these tracks poorly: {where}.")
    return found


def _summary(stored: StoredDecomposition) -> Iterator[str]:
    yield f"<h1>{escape(stored.source.name)}</h1>"
    yield (f'<p class="quiet">{stored.tempo_bpm:.2f} BPM, {stored.pattern.beats} beats, swing '
           f"{stored.pattern.swing:.0%}, {len(stored.loop) / stored.sample_rate:.2f} s, {stored.sample_rate} Hz. Kit: "
           f"{escape(stored.kit.name)}.</p>")
    if stored.match is not None:
        yield f'<p class="match">{stored.match:.0%}</p>'
        yield '<p class="quiet">of the recording is explained by the kit, played by the pattern.</p>'
    for doubt in doubts(stored):
        yield f"<p>{escape(doubt)}</p>"


def _recording(stored: StoredDecomposition) -> Iterator[str]:
    seconds = len(stored.loop) / stored.sample_rate
    numbers = {track.name: number for number, track in enumerate(stored.pattern.tracks)}
    marks = [(onset.time_s / seconds, numbers.get(name, len(numbers)),
              f"{name}, {onset.time_s:.3f} s, velocity {onset.velocity:.0%}, {onset.confidence:.0%} sure")
             for name, onsets in stored.onsets.items() for onset in onsets if 0.0 <= onset.time_s < seconds]
    yield "<h2>The recording</h2>"
    yield waveform(stored.loop, under=stored.residual, onsets=marks)
    yield f'<p class="legend">{"".join(_legend(name, number) for name, number in numbers.items())}</p>'
    yield player(stored.loop, stored.sample_rate, "the recording")
    if stored.residual is not None and stored.residual.shape == stored.loop.shape:
        yield "<h2>The kit, played by the pattern</h2>"
        yield player(stored.loop - stored.residual, stored.sample_rate, "the kit")
        yield f"<h2>The residual</h2><p class=\"quiet\">What the kit does not explain: {_level(stored.residual)}.</p>"
        yield waveform(stored.residual, 80)
        yield player(stored.residual, stored.sample_rate, "the residual")


def _pattern(stored: StoredDecomposition) -> Iterator[str]:
    yield '<h2>The pattern</h2><p class="quiet">Size shows velocity; a hollow mark is uncertain.</p>'
    yield grid(stored.pattern, stored.kit)


def _one_shots(stored: StoredDecomposition) -> Iterator[str]:
    if not stored.kit.one_shots:
        return
    yield '<h2>The one-shots</h2><div class="sounds small">'
    for name, shot in stored.kit.one_shots.items():
        audio, match = stored.samples.get(shot.sample), stored.track_match.get(name)
        explained = f", match {match:.0%}" if match is not None else ""
        yield f"<div><strong>{escape(name)}</strong> <span class=\"quiet\">{_words_of(shot, stored)}{explained}</span>"
        if audio is not None:
            yield waveform(audio, 60) + player(audio, stored.sample_rate, escape(name))
        yield "</div>"
    yield "</div>"


def _stems(stored: StoredDecomposition) -> Iterator[str]:
    if not stored.stems:
        return
    yield '<h2>The stems</h2><div class="small">'
    for name, audio in stored.stems.items():
        yield f"<p><strong>{escape(name)}</strong> <span class=\"quiet\">{_level(audio)}</span></p>"
        yield waveform(audio, 60) + player(audio, stored.sample_rate, f"stem of {escape(name)}")
    yield "</div>"


def _making(stored: StoredDecomposition) -> Iterator[str]:
    yield "<h2>How it was made</h2><table>"
    rows = {**stored.made_by, "licence of the recording": stored.source.licence,
            "made from": ", ".join(stored.source.made_from) or None, "SHA-256 of the recording": stored.source.sha256}
    for name, value in rows.items():
        if value is not None:
            yield f"<tr><th>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>"
    yield "</table>"


def _legend(name: str, number: int) -> str:
    return f'<span><svg viewBox="0 0 14 14">{shape(number, 7.0, 7.0, 4.5)}</svg> {escape(name)}</span>'


def _words_of(shot: OneShot, stored: StoredDecomposition) -> str:
    layers = f", {len(shot.layers)} more layers" if shot.layers else ""
    return f"{shot.frames / stored.sample_rate:.2f} s, gain {_decibels(shot.gain)}, MIDI note {shot.midi_note}{layers}"


def _level(audio: Audio) -> str:
    return f"{_decibels(float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))))} RMS"


def _decibels(level: float) -> str:
    return f"{20.0 * math.log10(level):+.1f} dB" if level > 0.0 else "silent"
