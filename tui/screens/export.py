"""Export what plays: the formats, what they are to be like, and the folder."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.core.exports import BITS, HARDWARE, ExportSettings, settings_for
from engine.core.names import path_of

FORMAT_WORDS = {
    "ableton": "drum rack for Ableton Live, experimental", "dawproject": "notes, stems and tempo for a DAW",
    "decentsampler": "kit for DecentSampler, experimental", "hydrogen": "drumkit for Hydrogen",
    "hydrogen-pattern": "pattern for Hydrogen", "hydrogen-song": "pattern and tempo for Hydrogen",
    "loop": "the loop as a WAV with its tempo", "midi": "the pattern as a MIDI file",
    "mpc": "MPC program, experimental",
    "oneshots": "the sounds as WAVs", "sf2": "kit as a SoundFont", "sfz": "kit for SFZ players",
    "stems": "each track as a WAV"}
USUAL = ("loop", "midi", "oneshots", "stems")
RATES = (None, 44100, 48000, 96000)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export, and where to; kept from one time to the next."""

    formats: tuple[str, ...] = USUAL
    folder: str = "~/Tao"
    settings: ExportSettings = ExportSettings()


class ExportScreen(ModalScreen[ExportChoice | None]):
    """Space chooses formats, letters set what they are like, Tab goes to the folder, Enter exports. Returns the choice,
    or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "close"), Binding("enter", "export", "export", priority=True),
        ("space", "choose", "choose"), ("a", "all", "all or none"),
        ("b", "bits", "bits"), ("r", "rate", "sample rate"), ("c", "channels", "stereo or mono"),
        ("t", "timing", "as ruled or as heard"), ("h", "hardware", "for which sampler")]

    def __init__(self, formats: tuple[str, ...], choice: ExportChoice) -> None:
        super().__init__()
        self.formats, self.settings = formats, choice.settings
        self.chosen = {name for name in choice.formats if name in formats}
        self.list = OptionList(*(Option(self._line(name)) for name in formats), id="export-list")
        self.words, self.keys_line = Static(id="export-words"), Static(id="export-keys")
        self.folder = Input(choice.folder, placeholder="the folder to write to", id="export-folder", compact=True)

    def compose(self) -> ComposeResult:
        """The formats, the folder, the settings, the keys."""
        with Vertical(id="export-page") as page:
            page.border_title, page.border_subtitle = "Export what plays", "Esc cancels"
            yield self.list
            yield Static("Folder (Tab):", markup=False)
            yield self.folder
            yield self.words
            yield self.keys_line

    def on_mount(self) -> None:
        """Begin with the formats."""
        self.list.focus()
        self.list.highlighted = 0
        self.keys_line.update("Space choose   a all or none   Enter export")
        self._say()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """In the folder's field Enter waits for its turn: what was typed just before it counts."""
        return not (action == "export" and self.folder.has_focus)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_export()

    def action_export(self) -> None:
        """Close, and have it exported."""
        chosen = tuple(name for name in self.formats if name in self.chosen)
        if not chosen or not self.folder.value.strip():
            self.keys_line.update("Choose a format with Space first." if not chosen else "Name a folder first.")
            return
        self.dismiss(ExportChoice(chosen, self.folder.value.strip(), self.settings))

    def action_choose(self) -> None:
        """Choose the highlighted format, or leave it out."""
        if self.list.highlighted is not None:
            self._choose(self.chosen ^ {self.formats[self.list.highlighted]})

    def action_all(self) -> None:
        """Choose every format, or none if all are chosen."""
        self._choose(set() if len(self.chosen) == len(self.formats) else set(self.formats))

    def action_bits(self) -> None:
        """16, 24 or 32 bits."""
        self._set(replace(self.settings, bits=_after(BITS, self.settings.bits)))

    def action_rate(self) -> None:
        """The next sample rate."""
        self._set(replace(self.settings, sample_rate=_after(RATES, self.settings.sample_rate)))

    def action_channels(self) -> None:
        """Stereo or mono."""
        self._set(replace(self.settings, mono=not self.settings.mono))

    def action_timing(self) -> None:
        """Hits as the pattern has them, or as they were heard."""
        self._set(replace(self.settings, heard=not self.settings.heard))

    def action_hardware(self) -> None:
        """The next sampler: its format alone, and what its files are like."""
        name = _after(("", *HARDWARE), self.settings.hardware)
        self._set(settings_for(name, heard=self.settings.heard))
        if name:
            self._choose({HARDWARE[name].format})

    def _choose(self, chosen: set[str]) -> None:
        self.chosen = chosen
        for place, name in enumerate(self.formats):
            self.list.replace_option_prompt_at_index(place, self._line(name))

    def _line(self, name: str) -> Text:
        return Text(f"[{'x' if name in self.chosen else ' '}] {name:17}{FORMAT_WORDS.get(name, '')}")

    def _set(self, settings: ExportSettings) -> None:
        self.settings = settings
        self._say()

    def _say(self) -> None:
        asked = self.settings
        rate = "as it is" if asked.sample_rate is None else f"{asked.sample_rate / 1000:g} kHz"
        timing = "as heard" if asked.heard else "as in the pattern"
        made_for = HARDWARE[asked.hardware].title if asked.hardware else "any program"
        self.words.update(f"b bits: {asked.bits}   r rate: {rate}   c {'mono' if asked.mono else 'stereo'}\n"
                          f"t hits: {timing}   h for: {made_for}")


def folder_of(choice: ExportChoice) -> Path:
    """The folder, with ~ for the home folder."""
    return path_of(choice.folder)


def _after(values: tuple[Value, ...], value: Value) -> Value:
    """The value that follows in turn."""
    return values[(values.index(value) + 1) % len(values)] if value in values else values[0]
