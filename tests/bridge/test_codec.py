"""What other processes send is either a message or one sentence."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bridge import messages
from engine.bridge.codec import BadMessage, Codec, Envelope
from engine.bridge.messages import SampleRef, StageReady
from engine.core.commands import Boundary, LoadDecomposition, Play, SetStep, SetTempo, ToggleStep
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Listen, Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.requests import StartRecording
from engine.core.snapshot import Status
from engine.core.timeline import Ticks

CLIENTS = Codec(messages.FROM_CLIENTS)
NEWS = Codec(messages.TO_CLIENTS)
WORKER = Codec(messages.FROM_WORKER)
KIT = Kit("k", {"kick": OneShot("ab" * 8, 100, decay_s=0.2, choke_group=1)})
PATTERN = Pattern((Track("kick", (Step(0.5, Ticks(-7), 0.25, (2, 3), 4), None)),), beats=4, swing=0.6)
LOOP = PlayedLoop("cd" * 8, 96000, 4, overview=(0.0, 1.0))


@pytest.mark.parametrize("message", [
    Play(), SetTempo(131.5), ToggleStep("kick", 3), SetStep("kick", 1, None), StartRecording(8),
    LoadDecomposition(KIT, PATTERN, LOOP, Listen.ORIGINAL, 120.0, Ticks(3840)),
])
def test_what_a_client_sends_arrives_as_it_was(message: object) -> None:
    assert CLIENTS.decode(CLIENTS.encode(message, Boundary.BAR, 480, 7)) == Envelope(message, Boundary.BAR, 480, 7)


def test_a_status_arrives_as_it_was() -> None:
    status = Status(empty_machine(48000), "jack", "card", 48000, 64, pending=("a kit",))
    assert NEWS.decode(NEWS.encode(status)).message == status


def test_a_stage_arrives_as_it_was() -> None:
    stage = StageReady(4, "kit", KIT, PATTERN, LOOP, {"ab" * 8: SampleRef("x", 5, 100)}, 0.9, 120.0)
    assert WORKER.decode(WORKER.encode(stage)).message == stage


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_one_sentence(data: bytes) -> None:
    for codec in (CLIENTS, NEWS, WORKER):
        try:
            codec.decode(data)
        except BadMessage as error:
            assert "\n" not in str(error) and len(str(error)) < 600


@given(st.data())
def test_any_damage_to_a_message_is_a_message_or_one_sentence(data: st.DataObject) -> None:
    whole = bytearray(CLIENTS.encode(LoadDecomposition(KIT, PATTERN, LOOP)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadMessage):
        CLIENTS.decode(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


_names = st.text(max_size=8)
_values = st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | _names,
                       lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
                       max_leaves=8)


@given(st.sampled_from([type_.__name__ for type_ in messages.FROM_CLIENTS]), _values)
def test_a_known_name_with_any_payload_is_a_message_or_one_sentence(name: str, payload: object) -> None:
    with contextlib.suppress(BadMessage):
        CLIENTS.decode(msgspec.msgpack.encode([name, payload]))


def test_values_out_of_range_never_come_into_being() -> None:
    data = msgspec.msgpack.encode(["SetStep", {"track": "kick", "index": 0, "step": {"velocity": 2.0}}])
    with pytest.raises(BadMessage, match="velocity"):
        CLIENTS.decode(data)


def test_a_deep_nest_is_one_sentence() -> None:
    with pytest.raises(BadMessage):
        CLIENTS.decode(b"\x92\xa4Play" + b"\x91" * 100_000)


def test_a_face_cannot_speak_as_the_worker() -> None:
    with pytest.raises(BadMessage, match="No message here is called 'JobDone'"):
        CLIENTS.decode(WORKER.encode(messages.JobDone(1)))


def test_a_target_frame_lies_in_the_future_of_some_clock() -> None:
    with pytest.raises(BadMessage):
        CLIENTS.decode(CLIENTS.encode(Play(), Boundary.NOW, -1))


def test_a_machine_takes_little_room() -> None:
    machine = empty_machine(48000)
    data = msgspec.msgpack.encode(machine)
    assert msgspec.msgpack.decode(data, type=Machine) == machine and len(data) < 2000


def test_a_refusal_is_short_however_many_messages_there_are() -> None:
    data = Codec([SetTempo]).encode(SetTempo(120.0)).replace(b"SetTempo", b"SetTempi")
    with pytest.raises(BadMessage, match="'SetTempi'") as refused:
        Codec(messages.FROM_CLIENTS).decode(data)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(("name", "payload"), [
    ("LoadKit", {"kit": {"name": "x" * 1_000_000}}), ("LoadKit", {"kit": {"name": ["k"]}}),
    ("LoadKit", {"kit": {"name": "k", "one_shots": {"kick": {"sample": "aa", "frames": 10, "gain": float("nan")}}}}),
    ("LoadKit", {"kit": {"name": "k", "one_shots": {"kick": {"sample": "aa", "frames": 10, "midi_note": 300}}}}),
    ("LoadLoop", {"loop": {"sample": "aa", "frames": 1 << 60, "beats": 4}}),
    ("SetMidi", {"midi": {"leader_bpm": float("inf")}}),
    ("ResumeSession", {"machine": {**msgspec.to_builtins(empty_machine(48000)), "slot": 99}})])
def test_a_wrong_value_is_refused_in_a_short_sentence_that_answers_the_message(name: str, payload: object) -> None:
    with pytest.raises(BadMessage) as refused:
        CLIENTS.decode(msgspec.msgpack.encode([name, payload, "now", 0, 7]))
    assert refused.value.id == 7 and "\n" not in str(refused.value) and len(str(refused.value)) < 400
