"""A run reports with a bar on a terminal, and with lines elsewhere."""

import io

from models.training.train.reporting import StepReport, reporting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def text(out: io.StringIO) -> str:
    with reporting(out, columns=100) as reporter:
        for step in range(1, 21):
            reporter.step(StepReport(step, 20, 0.5, 60.0))
        reporter.line("saved at 20")
    return out.getvalue()


def test_a_file_gets_every_tenth_step_as_a_line() -> None:
    assert text(io.StringIO()).splitlines() == ["step 10/20  loss 0.5000  1.0 min", "step 20/20  loss 0.5000  1.0 min",
                                                "saved at 20"]


def test_a_terminal_gets_a_bar_and_keeps_what_is_to_be_kept() -> None:
    shown = text(Terminal())
    assert "20/20" in shown and "loss 0.5000" in shown and "saved at 20" in shown
