"""Readers of what clients, workers and MIDI ports send."""

from pathlib import Path

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.wire import FrameReader, framed
from engine.core.commands import LoadDecomposition, LoadPattern, ResumeSession, SetMidi, SetSteps, SetTempo, apply
from engine.core.commands.steps import SetStep
from engine.core.errors import InvalidValue
from engine.core.kit import Kit
from engine.core.loop import PlayedLoop, Reading
from engine.core.machine import Listen, empty_machine
from engine.core.midi import ClockOut, Midi, Route
from engine.core.pattern import Step
from engine.midi.controller_map import ControllerMap
from engine.midi.parsing import worded
from tests.library.values import rich_decomposition
from tests.readers.damage import framed_values
from tests.readers.reader import MAX_SENTENCE, Reader

LOOP = PlayedLoop("cd" * 8, 96000, 4, overview=(0.0, 1.0))


def readers(scratch: Path) -> tuple[Reader, ...]:
    """All of them."""
    return _clients(), _worker(), _midi()


def every_command() -> tuple[object, ...]:
    """Commands that hold every kind of value."""
    rich = rich_decomposition()
    midi = Midi(clocks=(ClockOut(True, -12.5), ClockOut(), ClockOut(), ClockOut()), routes={"kick": Route(2)})
    return (SetTempo(130.0), LoadPattern(rich.pattern), SetSteps((SetStep("kick", 1, Step(0.5)),)), SetMidi(midi),
            LoadDecomposition(Kit("k"), rich.pattern, LOOP, Listen.ORIGINAL, 120.0),
            ResumeSession(empty_machine(48000)))


def _clients() -> Reader:
    """What is decoded is also carried out, on a machine of its own."""
    machine = empty_machine(48000)

    def carry_out(message: object) -> None:
        try:
            apply(message, machine, 1000)
        except InvalidValue as refused:
            assert "\n" not in str(refused)

    return _frames("client messages", messages.FROM_CLIENTS, every_command(), carry_out, 22)


def _worker() -> Reader:
    rich = rich_decomposition()
    return _frames("worker messages", messages.FROM_WORKER, (
        messages.Progress(1, "slices", 0.5), messages.JobFailed(1, "It failed."),
        messages.StageReady(1, "kit", rich.kit, rich.pattern, LOOP, {"aa": messages.SampleRef("/dev/shm/a", 0, 10)},
                            0.9, 120.0, (Reading(8, 92.0, 0.4), Reading(12, 138.0, 0.3)))), lambda message: None, 10)


def _frames(name: str, types: tuple[type, ...], good: tuple[object, ...], then: object, share: int) -> Reader:
    codec = Codec(types)

    def read(data: bytes) -> None:
        frames = FrameReader()
        for start in range(0, len(data), 997):
            for message in frames.feed(data[start : start + 997]):
                try:
                    found = codec.decode(message).message
                except BadMessage as refused:
                    assert len(str(refused)) <= MAX_SENTENCE
                else:
                    then(found)  # type: ignore[operator]

    return Reader(name, read, tuple(framed(codec.encode(message)) for message in good), framed_values, share)


def _midi() -> Reader:
    def read(data: bytes) -> None:
        controls = ControllerMap({"1:n36": "play", "1:7": "gain", "1:8": "hold delay"})
        for start in range(0, len(data), 3):
            worded(data[start : start + 3])
            controls.hear(data[start : start + 3])

    return Reader("MIDI messages", read, (b"\x90\x24\x64\xb0\x07\x40\xfa\xf8\xfc\xf2\x10\x20\xf0\x01\xf7",), share=8)
