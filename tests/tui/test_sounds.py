"""The sound browser: F6 opens it, and every key in it does what its lines say."""

from dataclasses import replace

from engine.core.commands.boundary import Boundary
from engine.core.requests import FitOptions, SoundSource
from tui.pending_edits import Setting
from tui.screens.sounds import SoundsScreen


def screen(tao) -> SoundsScreen:
    assert isinstance(tao.app.screen, SoundsScreen)
    return tao.app.screen


async def test_f6_searches_the_loop_for_the_track_under_the_cursor(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("down", "f6")
        await tao.look()
        lines = [str(option.prompt).split() for option in screen(tao).list.options]
        assert [line[:6] for line in lines[:2]] == [["hit", "one", "82%", "340", "ms", "-3"],
                                                    ["old", "kit:", "kick", "1.6", "s", "-11"]]
        assert lines[2] == ["old", "kit:", "snare"], "what is not known yet is left out"
        assert str(screen(tao).heading.render()).split() == ["name", "alike", "length", "peak"]
        assert "2 snare   from this loop, 3 found" in str(screen(tao).words.render())
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument
    assert engine.asked == [("browse", "snare", SoundSource.LOOP, "")]


async def test_space_hears_and_enter_swaps_at_the_next_hit(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6")
        await tao.look()
        await tao.press("down", "space", "enter")
    assert engine.asked[1:] == [("audition", "kick", 1, FitOptions()), ("swap", "kick", 1, FitOptions(), Boundary.NOW)]


async def test_b_chooses_the_boundary_and_letters_what_is_matched(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6")
        await tao.look()
        await tao.press("e", "p", "d", "b", "enter", "b", "enter", "b", "enter")
    fit = FitOptions(level=False, onset=True, tuning=True, decay=True)
    assert engine.asked[1:] == [("swap", "kick", 0, fit, boundary)
                                for boundary in (Boundary.STEP, Boundary.BEAT, Boundary.BAR)]


async def test_tab_searches_other_kits_and_k_takes_a_whole_one(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", "k", "tab")
        await tao.look()
        await tao.press("down", "k")
    assert engine.asked[1:] == [("browse", "kick", SoundSource.KITS, ""),
                                ("swap_kit", "old kit", FitOptions(), Boundary.NOW)]


async def test_a_folder_is_asked_for_once(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", "tab", "tab")
        assert "searching" not in str(tao.app.screen.words.render())
        await tao.press(*"/tmp", "enter")
        await tao.look()
        await tao.press("2", "u", "space")
    assert engine.asked[2:] == [("browse", "kick", SoundSource.FOLDER, "/tmp"),
                                ("browse", "snare", SoundSource.FOLDER, "/tmp"),
                                ("undo",), ("audition", "snare", 0, FitOptions())]


async def test_n_and_b_step_through_sounds_without_the_browser(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("n", "n", "b")
    assert engine.asked == [("swap_next", "kick", 1, FitOptions(), Boundary.NOW)] * 2 + [
        ("swap_next", "kick", -1, FitOptions(), Boundary.NOW)]


async def test_every_line_of_its_keys_has_room(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", "t", "p", "d")
        lines = str(screen(tao).keys_line.render()).splitlines()
        assert len(lines) == 3 and max(map(len, lines)) <= screen(tao).keys_line.size.width


async def test_undo_in_the_browser_expects_no_edit_any_more(open_tao, engine):
    async with open_tao() as tao:
        frozen, tempo = engine.snapshot(), Setting("tempo")
        engine.snapshot = lambda: frozen  # the engine's answer to the edit has not arrived yet
        await tao.press("plus")
        assert tao.app.instrument.pending_edits.expected(tempo, frozen.status.machine) == 97.0
        await tao.press("f6", "u")
        assert tao.app.instrument.pending_edits.expected(tempo, frozen.status.machine) == 96.0


async def test_the_library_is_searched_while_you_type(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", *["tab"] * 3)
        await tao.look()
        assert "from the library, 3 found" in str(screen(tao).words.render())
        await tao.press("s", "a", "m", "space", "9", "down", "enter", "k", "o")
    library = SoundSource.LIBRARY
    assert engine.asked[2:] == [
        *(("browse", "kick", library, words) for words in ("", "a", "am", "am ", "am 9")),
        ("swap", "kick", 0, FitOptions(), Boundary.NOW), ("swap_kit", "hit one", FitOptions(), Boundary.NOW),
        ("load_found_kit", 0)]


async def test_an_answer_to_older_words_is_not_shown(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", *["tab"] * 3, "s", "a")
        engine.status = replace(engine.status, sounds=replace(engine.status.sounds, path="old", names=("old one",)))
        await tao.look()
        assert str(screen(tao).list.get_option_at_index(0).prompt).startswith("  hit one  ")


async def test_enter_loads_a_kit_that_was_found_by_its_pattern(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", *["tab"] * 4)
        await tao.look()
        assert "kits with a pattern like this one" in str(screen(tao).words.render())
        await tao.press("down", "space", "k", "enter")
    assert engine.asked[3:] == [
        ("browse", "kick", SoundSource.PATTERNS, ""), ("audition", "kick", 1, FitOptions()),
        ("swap_kit", "old kit", FitOptions(), Boundary.NOW), ("load_found_kit", 1)]


async def test_the_keys_have_room_wherever_is_searched(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6", "t", "p", "d")
        for _ in SoundSource:
            await tao.press("tab")
            keys = screen(tao).keys_line
            assert max(map(len, str(keys.render()).splitlines())) <= keys.size.width
            assert len(str(screen(tao).words.render())) <= screen(tao).words.size.width


async def test_the_sound_that_was_swapped_in_is_marked(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("f6")
        await tao.look()
        for chosen in (1, 0):
            engine.status = replace(engine.status, sounds=replace(engine.status.sounds, chosen=chosen))
            await tao.look()
            marks = [str(option.prompt)[0] for option in screen(tao).list.options]
            assert [mark == "▸" for mark in marks] == [place == chosen for place in range(3)]
