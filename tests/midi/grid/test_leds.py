"""Lights are sent when they change, and no faster than MIDI takes them."""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.midi_bytes import CONTROL_CHANGE, NOTE_ON
from engine.midi.grid.leds import BURST, MOST_PER_S, Leds
from engine.midi.grid.note_map import Control

PAD, OTHER, BUTTON = Control(NOTE_ON, 81), Control(NOTE_ON, 82), Control(CONTROL_CHANGE, 89)
ALL = [Control(NOTE_ON, number) for number in range(100)]


def test_only_what_has_changed_is_sent() -> None:
    leds = Leds(channel=10)
    assert leds.messages({PAD: 21, BUTTON: 0}, 0.0) == [b"\x99\x51\x15", b"\xb9\x59\x00"], "it may still be lit"
    assert leds.messages({PAD: 21, BUTTON: 0}, 0.01) == []
    assert leds.messages({PAD: 5, BUTTON: 0}, 0.02) == [b"\x99\x51\x05"]


def test_what_was_lost_is_sent_again_one_light_after_the_other() -> None:
    leds, look = Leds(1), {PAD: 21, OTHER: 3, BUTTON: 0}
    leds.messages(look, 0.0)
    assert leds.messages(look, 0.06) == [b"\x90\x51\x15"]
    assert leds.messages(look, 0.08) == []
    assert [leds.messages(look, 0.1 * turn)[0][1] for turn in range(2, 5)] == [82, 89, 81]


def test_too_much_at_once_is_spread_and_then_looks_as_it_should() -> None:
    leds, wanted, now_s, sent = Leds(1), dict.fromkeys(ALL, 3), 0.0, []
    first = leds.messages(wanted, now_s)
    assert len(first) == BURST
    while len(sent) < len(ALL) - BURST:
        now_s += 0.02
        more = leds.messages(wanted, now_s)
        assert 0 < len(more) <= MOST_PER_S * 0.02 + 1
        sent += more
    assert len({message[1] for message in first + sent}) == len(ALL)


@given(st.lists(st.dictionaries(st.sampled_from(ALL[:40]), st.integers(0, 127)), max_size=30),
       st.floats(0.001, 0.1))
def test_the_rate_is_never_exceeded_and_the_newest_look_wins(looks: list[dict[Control, int]], wait_s: float) -> None:
    leds, shown, now_s, sent, look = Leds(1), dict[int, int](), 0.0, 0, dict[Control, int]()
    for change in looks:
        look = {**look, **change}
        messages = leds.messages(look, now_s)
        sent += len(messages)
        assert sent <= BURST + MOST_PER_S * now_s + 1e-6
        shown.update((message[1], message[2]) for message in messages)
        now_s += wait_s
    for _ in range(3):
        shown.update((message[1], message[2]) for message in leds.messages(look, now_s))
        now_s += 1.0
    assert shown == {control.number: colour for control, colour in look.items()}


def test_a_light_that_had_to_wait_is_not_passed_over_by_busier_ones() -> None:
    leds, now_s = Leds(1), 0.0
    leds.messages(dict.fromkeys(ALL, 0), now_s)
    quiet = Control(NOTE_ON, 99)
    for turn in range(60):
        now_s += 0.02
        look = dict.fromkeys(ALL[:99], turn % 2 + 1)
        if any(message[1] == 99 for message in leds.messages({**look, quiet: 7}, now_s) if message[2] == 7):
            return
    raise AssertionError("the last light was never sent")


def test_in_the_dark_only_what_is_lit_is_put_out() -> None:
    leds = Leds(1)
    leds.messages({PAD: 21, OTHER: 0}, 0.0)
    assert leds.dark() == [b"\x90\x51\x00"]
    assert leds.dark() == []
