"""ctrl+e asks what to export, and remembers it."""

from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

from textual.events import Key

from engine.core.exports import HARDWARE, ExportSettings, settings_for
from engine.library.exporting import EXPORTERS
from tui import app
from tui.screens.export import USUAL, ExportScreen

FORMATS = tuple(sorted(point.name for point in entry_points(group=EXPORTERS)))
HOME = str(Path("~/Tao").expanduser())


def shown(tao) -> str:
    assert isinstance(tao.app.screen, ExportScreen)
    return str(tao.app.screen.words.render())


async def test_enter_exports_the_usual_formats_to_the_usual_folder(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "enter")
        assert tao.app.screen is tao.app.instrument
    assert engine.asked == [("export_kit", USUAL, HOME, ExportSettings())]
    assert app.EXPORTERS == EXPORTERS


async def test_space_chooses_formats_and_a_chooses_all_or_none(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "a", "enter", "ctrl+e", "a", "down", "space", "enter")
    assert [asked[1] for asked in engine.asked] == [FORMATS, FORMATS[1:2]]


async def test_without_a_format_nothing_is_exported_and_the_screen_says_so(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "a", "a", "enter")
        assert "Choose a format" in str(tao.app.screen.keys_line.render())
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument
    assert engine.asked == []


async def test_letters_set_bits_rate_channels_and_timing(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "b", "b", "r", "c", "t")
        assert "bits: 16" in shown(tao) and "44.1 kHz" in shown(tao) and "mono" in shown(tao)
        await tao.press("enter", "ctrl+e")
        assert "as heard" in shown(tao), "what was chosen is remembered"
    assert engine.asked == [("export_kit", USUAL, HOME, ExportSettings(16, 44100, True, True))]


async def test_h_chooses_a_sampler_with_its_format_and_settings(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "h", "enter", "ctrl+e", "h", "h", "h", "enter")
    first, fourth = next(iter(HARDWARE)), list(HARDWARE)[3]
    assert engine.asked == [("export_kit", (HARDWARE[name].format,), HOME, settings_for(name))
                            for name in (first, fourth)]


async def test_tab_goes_to_the_folder_where_letters_are_letters(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "tab", "end", *"/abc", "enter")
    assert engine.asked == [("export_kit", USUAL, HOME + "/abc", replace(ExportSettings()))]


async def test_the_screen_fits_into_a_small_terminal_without_unicode(open_tao):
    from tui.glyphs import ASCII

    async with open_tao(size=(60, 18), glyphs=ASCII) as tao:
        await tao.press("ctrl+e")
        await tao.pilot.pause()
        page = tao.app.screen.query_one("#export-page").region
        assert page.width <= 60 and page.height <= 18 and tao.app.screen.keys_line.region.height == 1


async def test_enter_does_not_overtake_what_was_typed_before_it(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+e", "tab", "ctrl+a", "ctrl+k")
        for key in ("/", "x", "enter"):  # faster than anything is drawn
            tao.app.post_message(Key(key, None if key == "enter" else key))
        await tao.pilot.pause()
        await tao.pilot.pause()
    assert engine.asked[0][0] == "export_kit" and str(engine.asked[0][2]) == "/x"
