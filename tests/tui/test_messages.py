"""What is said when: events first, each sentence once, warnings until they are read."""

from tui.facts import ago, message_lines
from tui.messages import AGAIN_S, KEPT, SHOWN_S, Messages


def said(messages: Messages, now_s: float) -> str:
    shown = messages.shown(now_s)
    return "" if shown is None else shown.text


def test_an_event_is_shown_for_a_while_and_the_newest_first() -> None:
    messages = Messages()
    messages.add("one", False, 0.0)
    messages.add("two", False, 0.0)
    assert said(messages, 0.0) == "two" and said(messages, SHOWN_S + 0.1) == ""


def test_an_event_is_shown_before_a_warning_that_waits_for_it() -> None:
    messages = Messages()
    messages.add("copied", False, 0.0)
    messages.add("dropouts", True, 1.0)
    assert said(messages, 2.0) == "copied" and said(messages, SHOWN_S + 0.1) == "dropouts"
    messages.add("pasted", False, 20.0)
    assert said(messages, 20.0) == "pasted" and said(messages, 30.0) == "dropouts"


def test_a_warning_stays_until_it_is_read() -> None:
    messages = Messages()
    messages.add("disk full", True, 0.0)
    assert said(messages, 1000.0) == "disk full" and len(messages.unread) == 1
    messages.read()
    assert said(messages, 1000.0) == "" and not messages.unread and messages.history[0].text == "disk full"


def test_a_sentence_that_comes_again_is_counted_and_a_warning_that_was_read_stays_away_for_a_while() -> None:
    messages = Messages()
    for second in range(5):
        messages.add("dropouts", True, float(second))
    messages.read()
    messages.add("dropouts", True, 6.0)
    assert said(messages, 7.0) == "" and [(one.text, one.count) for one in messages.history] == [("dropouts", 6)]
    messages.add("dropouts", True, 6.5 + AGAIN_S)
    assert said(messages, 100.0) == "dropouts"


def test_an_event_that_comes_again_is_shown_again() -> None:
    messages = Messages()
    messages.add("copied", False, 0.0)
    messages.read()
    messages.add("copied", False, 100.0)
    assert said(messages, 100.0) == "copied" and messages.history[0].count == 2


def test_the_history_is_newest_first_and_does_not_grow_for_ever() -> None:
    messages = Messages()
    for number in range(KEPT + 50):
        messages.add(f"event {number}", False, float(number))
    assert len(messages.history) == KEPT and messages.history[0].text == f"event {KEPT + 49}"


def test_the_page_says_how_long_ago_and_how_often() -> None:
    messages = Messages()
    messages.add("copied", False, 0.0)
    messages.add("dropouts", True, 10.0)
    messages.add("dropouts", True, 20.0)
    (first, words), (second, _) = message_lines(messages.history, 140.0, "!")
    assert first.split() == ["2", "min", "ago", "!"] and words == "dropouts  (2 times)" and "!" not in second
    assert message_lines([], 0.0, "!") == [("", "Tao has said nothing yet.")]
    assert [ago(seconds) for seconds in (0.2, 40.0, 7300.0)] == ["now", "40 s ago", "2 h ago"]
