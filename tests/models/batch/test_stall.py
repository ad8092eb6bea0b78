"""A job that has stopped is told from one that is slow."""

from models.batch.stall import Stall


def stall() -> Stall:
    begun = Stall(limit_s=10.0)
    begun.advance(0.0)
    return begun


def test_a_process_that_does_nothing_is_over_after_the_limit() -> None:
    idle = stall()
    for second in range(11):
        idle.beat(0.0005 * second, float(second))
        assert not idle.is_over(float(second))
    assert idle.is_over(10.5)


def test_a_process_that_is_given_little_time_is_merely_slow() -> None:
    slow = stall()
    for second in range(0, 450, 5):
        slow.beat(0.1 * second, float(second))
        assert not slow.is_over(float(second)), "45 s of processor time in 450 s"
    assert slow.is_over(461.0), "and then none"


def test_a_process_that_computes_for_ever_is_over_after_so_much_processor_time() -> None:
    spinning = stall()
    for second in range(100):
        spinning.beat(float(second), float(second))
    assert spinning.is_over(99.0)
    spinning.advance(99.0)
    assert not spinning.is_over(99.0)
