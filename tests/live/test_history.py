"""Undo goes back far, and forward again."""

from dataclasses import replace

import pytest

from engine.core.commands import (
    BypassRack,
    LatchEffect,
    LoadDecomposition,
    LoadKit,
    Play,
    SetEffects,
    SetMute,
    SetRole,
    SetSolo,
    SetSwing,
    SetTempo,
    ShapeEffect,
    ShapeOneShot,
    ToggleStep,
    apply,
)
from engine.core.commands.sounds import Quality
from engine.core.effects import Effect, Effects
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, Machine, empty_machine
from engine.live.history import LEVELS, History


def do(history: History, machine: Machine, command: object) -> Machine:
    history.before(command, machine)
    return apply(command, machine, 0)


def test_two_hundred_edits_can_be_taken_back_and_done_again() -> None:
    assert LEVELS >= 200
    history, machine = History(), empty_machine(48000)
    machines = [machine]
    for index in range(200):
        machines.append(do(history, machines[-1], ToggleStep("kick", index * 7 % 16)))
    machine = machines[-1]
    for wanted in reversed(machines[:-1]):
        machine = apply(history.undo(machine), machine, 0)
        assert machine.pattern == wanted.pattern
    for wanted in machines[1:]:
        machine = apply(history.redo(machine), machine, 0)
        assert machine.pattern == wanted.pattern


def test_undo_leaves_tempo_and_effects_alone() -> None:
    history, machine = History(), empty_machine(48000)
    for command in (ToggleStep("kick", 0), SetTempo(90.0), SetEffects(Effects(-6.0))):
        machine = do(history, machine, command)
    machine = apply(history.undo(machine), machine, 0)
    assert machine.pattern == empty_machine(48000).pattern
    assert machine.timeline.bpm == 90.0 and machine.effects.gain_db == -6.0


def test_a_decomposition_is_taken_back_whole() -> None:
    history, machine = History(), do(History(), empty_machine(48000), LoadKit(Kit("first")))
    loop = PlayedLoop("ab" * 8, 96000, 4)
    after = do(history, machine, LoadDecomposition(Kit("second"), machine.pattern, loop, Listen.ORIGINAL))
    back = apply(history.undo(after), after, 0)
    assert (back.kit, back.loop, back.listen) == (machine.kit, None, Listen.KIT)
    again = apply(history.redo(back), back, 0)
    assert (again.kit, again.loop, again.listen) == (after.kit, loop, Listen.ORIGINAL)


def test_what_comes_by_itself_is_in_every_machine_to_go_back_to_since_then() -> None:
    history, first = History(), LoadKit(Kit("first"))
    machine = do(history, do(history, empty_machine(48000), SetSwing(0.6)), first)
    machine = do(history, do(history, machine, ToggleStep("kick", 0)), ToggleStep("kick", 1))
    machine = apply(history.undo(machine), machine, 0)
    history.revise(lambda machine: apply(LoadKit(Kit("second")), machine, 0), first)
    assert [one.kit.name for one in history.machines()] == ["empty", "empty", "second", "second"]
    history.revise(lambda machine: machine, None)
    assert [one.kit.name for one in history.machines()] == ["empty", "empty", "second", "second"]


def test_a_new_edit_ends_what_could_be_redone() -> None:
    history, machine = History(), empty_machine(48000)
    after = do(history, machine, ToggleStep("kick", 0))
    back = apply(history.undo(after), after, 0)
    do(history, back, ToggleStep("kick", 1))
    with pytest.raises(InvalidValue, match="redo"):
        history.redo(back)


def test_nothing_to_undo_is_one_sentence() -> None:
    with pytest.raises(InvalidValue, match="nothing left to undo"):
        History().undo(empty_machine(48000))


def test_undo_takes_effects_back_and_leaves_the_pattern_alone() -> None:
    history, machine = History(), empty_machine(48000)
    for command in (LatchEffect(Effect.DELAY, True), ToggleStep("kick", 0), ShapeEffect(Effect.DELAY, 0.6),
                    ShapeEffect(Effect.DELAY, 0.7), BypassRack(True)):
        history.before(command, machine)
        machine = apply(command, machine, 0)
    back = apply(history.undo(machine), machine, 0)
    assert back.effects.delay.amount == 0.5 and back.effects.delay.on and back.effects.bypassed
    assert back.pattern == machine.pattern
    again = apply(history.redo(back), back, 0)
    assert again.effects == machine.effects
    for _ in range(3):
        again = apply(history.undo(again), again, 0)
    assert not again.effects.on and again.effects.bypassed and again.pattern == empty_machine(48000).pattern


def test_mutes_and_solos_go_back_one_by_one_and_leave_the_rest_alone() -> None:
    history, machine = History(), apply(Play(), empty_machine(48000), 0)
    for command in (SetMute("kick", True), ToggleStep("kick", 0), SetSolo("snare", True), SetMute("kick", False)):
        machine = do(history, machine, command)
    seen = []
    for _ in range(4):
        machine = apply(history.undo(machine), machine, 1000)
        seen.append((machine.mutes, machine.solos, machine.pattern.track("kick").steps[0] is not None))
    assert seen == [({"kick"}, {"snare"}, True), ({"kick"}, set(), True), ({"kick"}, set(), False),
                    (set(), set(), False)]
    assert machine.playing
    for _ in range(4):
        machine = apply(history.redo(machine), machine, 1000)
    assert (machine.mutes, machine.solos) == (set(), {"snare"})


def test_two_hundred_changes_of_another_session_go_back_too() -> None:
    machines = [empty_machine(48000)]
    for index in range(240):
        command = (SetMute("kick", index % 6 == 0), LatchEffect(Effect.DELAY, index % 6 == 1),
                   ToggleStep("snare", index // 3 % 16))[index % 3]
        machines.append(apply(command, machines[-1], 0))
    history, machine = History(), machines[-1]
    history.remember(machines)
    for wanted in reversed(machines[:-1]):
        machine = apply(history.undo(machine), machine, 0)
        assert machine == wanted


def test_of_two_sessions_a_role_goes_back_as_one() -> None:
    began = empty_machine(48000)
    began = began.with_pattern(replace(began.pattern, tracks=began.pattern.tracks[:4]))
    muted = apply(SetMute("hihat", True), began, 0)
    history, machine = History(), apply(SetRole("hihat", "ride"), muted, 0)
    history.remember([began, muted, machine])
    machine = apply(history.undo(machine), machine, 0)
    assert (machine.pattern, machine.mutes) == (muted.pattern, muted.mutes)
    assert apply(history.undo(machine), machine, 0).mutes == set()


def test_a_role_goes_back_with_all_that_hangs_on_its_name() -> None:
    history = History()
    machine = apply(SetMute("hihat", True), empty_machine(48000), 0)
    free = replace(machine.pattern, tracks=tuple(t for t in machine.pattern.tracks if t.name != "ride"))
    began = machine = machine.with_pattern(free)
    for command in (ToggleStep("hihat", 0), SetRole("hihat", "ride"), ToggleStep("ride", 4)):
        machine = do(history, machine, command)
    for _ in range(2):
        machine = apply(history.undo(machine), machine, 0)
    assert machine.mutes == {"hihat"} and machine.pattern.track("hihat").steps[0] is not None
    again = apply(history.redo(machine), machine, 0)
    assert again.mutes == {"ride"} and again.pattern.track("ride").steps[0] is not None
    for _ in range(2):
        again = apply(history.undo(again), again, 0)
    assert again == began


def test_a_sound_that_is_turned_notch_by_notch_goes_back_in_one() -> None:
    history = History()
    kit = Kit("k", {"kick": OneShot("aa" * 8, 100), "snare": OneShot("bb" * 8, 9)})
    machine = replace(empty_machine(48000), kit=kit)
    began = machine
    for command in (ShapeOneShot("kick", Quality.GAIN, 0.9), ShapeOneShot("kick", Quality.GAIN, 0.8),
                    ShapeOneShot("snare", Quality.GAIN, 0.5)):
        machine = do(history, machine, command)
    machine = apply(history.undo(machine), machine, 0)
    assert machine.kit.one_shots["kick"].gain == 0.8 and machine.kit.one_shots["snare"].gain == 1.0
    assert apply(history.undo(machine), machine, 0).kit == began.kit
