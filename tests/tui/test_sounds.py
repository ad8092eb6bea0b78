"""The browser of sounds: F6 opens it, and every key in it asks for what its lines say."""

from engine.core.commands.boundary import Boundary
from engine.core.requests import FitOptions, SoundSource
from tui.screens.sounds import SoundsScreen


def screen(tao) -> SoundsScreen:
    assert isinstance(tao.app.screen, SoundsScreen)
    return tao.app.screen


async def test_f6_looks_in_the_loop_for_the_lane_under_the_cursor(face, engine):
    async with face() as tao:
        await tao.press("down", "f6")
        await tao.look()
        assert [str(option.prompt) for option in screen(tao).list.options] == [
            "hit one", "old kit: kick", "old kit: snare"]
        assert "2 snare   from this loop, 3 found" in str(screen(tao).words.render())
        await tao.press("escape")
        assert tao.app.screen is tao.app.instrument
    assert engine.asked == [("browse", "snare", SoundSource.LOOP, "")]


async def test_space_hears_and_enter_swaps_at_the_next_hit(face, engine):
    async with face() as tao:
        await tao.press("f6")
        await tao.look()
        await tao.press("down", "space", "enter")
    assert engine.asked[1:] == [("audition", "kick", 1, FitOptions()), ("swap", "kick", 1, FitOptions(), Boundary.NOW)]


async def test_b_chooses_the_boundary_and_letters_what_is_matched(face, engine):
    async with face() as tao:
        await tao.press("f6")
        await tao.look()
        await tao.press("e", "p", "d", "b", "enter", "b", "enter", "b", "enter")
    wishes = FitOptions(level=False, onset=True, tuning=True, decay=True)
    assert engine.asked[1:] == [("swap", "kick", 0, wishes, boundary)
                                for boundary in (Boundary.STEP, Boundary.BEAT, Boundary.BAR)]


async def test_tab_looks_in_other_kits_and_k_takes_a_whole_one(face, engine):
    async with face() as tao:
        await tao.press("f6", "k", "tab")
        await tao.look()
        await tao.press("down", "k")
    assert engine.asked[1:] == [("browse", "kick", SoundSource.KITS, ""),
                                ("swap_kit", "old kit", FitOptions(), Boundary.NOW)]


async def test_a_folder_is_asked_for_once(face, engine):
    async with face() as tao:
        await tao.press("f6", "tab", "tab", *"/tmp", "enter")
        await tao.look()
        await tao.press("2", "u", "space")
    assert engine.asked[2:] == [("browse", "kick", SoundSource.FOLDER, "/tmp"),
                                ("browse", "snare", SoundSource.FOLDER, "/tmp"),
                                ("undo",), ("audition", "snare", 0, FitOptions())]


async def test_n_and_b_step_through_sounds_without_the_browser(face, engine):
    async with face() as tao:
        await tao.press("n", "n", "b")
    assert engine.asked == [("swap_next", "kick", 1, FitOptions(), Boundary.NOW)] * 2 + [
        ("swap_next", "kick", -1, FitOptions(), Boundary.NOW)]
