"""The keys that save, start over and open a set."""

from dataclasses import replace

from engine.core.commands import Boundary
from engine.core.machine import empty_machine


async def test_ctrl_s_proposes_the_kits_name(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+s", "enter")
        await tao.press("ctrl+s", "end", "2", "enter")
        await tao.press("ctrl+s", "m", "e", "enter")
    assert engine.asked == [("save_kit", "demo"), ("save_kit", "demo2"), ("save_kit", "me")]


async def test_escape_saves_nothing(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+s", "escape", "1")
    assert engine.asked == []


async def test_without_a_kit_there_is_nothing_to_save(open_tao, engine):
    engine.status = replace(engine.status, machine=empty_machine(48000))
    async with open_tao() as tao:
        await tao.press("ctrl+s")
        assert "no kit to save" in tao.app.instrument.notice_line.text
    assert engine.asked == []


async def test_an_empty_machine_can_record_and_open(open_tao, engine, tmp_path):
    engine.status = replace(engine.status, machine=empty_machine(48000))
    async with open_tao() as tao:
        await tao.press("r", "down", "enter", "ctrl+o", *str(tmp_path), "enter")
    assert engine.asked == [("start_recording", 8), ("open_file", str(tmp_path))]
    assert engine.machine.pattern.track("snare").steps[0] is not None


async def test_ctrl_n_starts_over_and_asks_twice_while_it_plays(open_tao, engine):
    async with open_tao() as tao:
        await tao.press("ctrl+n")
        assert engine.asked == [("new", Boundary.BAR)]
        await tao.press("space", "ctrl+n")
        assert len(engine.asked) == 1 and "again" in tao.app.instrument.notice_line.text
        await tao.press("ctrl+n")
    assert len(engine.asked) == 2


async def test_a_set_is_saved_from_the_palette_and_opened_like_a_folder(open_tao, engine, tmp_path):
    (tmp_path / "set.json").write_text("{}")
    async with open_tao() as tao:
        tao.app.perform("save-set")
        await tao.pilot.pause()
        await tao.press(*"friday", "enter")
        await tao.press("ctrl+o", *str(tmp_path), "enter")
    assert engine.asked == [("save_set", "friday"), ("open_set", str(tmp_path))]
