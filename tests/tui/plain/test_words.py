"""The line mode: every line becomes the command that a key would send, or a sentence that says what is missing."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import (
    BypassRack,
    CopyPattern,
    Crossbreed,
    KeepParent,
    LatchEffect,
    LeadTransport,
    LoadPattern,
    Panic,
    Play,
    SelectPattern,
    SetChain,
    SetClockOut,
    SetGain,
    SetListen,
    SetMute,
    SetPad,
    SetRole,
    SetRoute,
    SetSolo,
    SetStep,
    SetSwing,
    SetTempo,
    SetTrackLength,
    ShapeEffect,
    ShapeOneShot,
    Stop,
    TriggerPad,
)
from engine.core.commands.boundary import Boundary
from engine.core.commands.sounds import Quality
from engine.core.crossbreeding.parents import Side
from engine.core.effects import Effect
from engine.core.errors import TaoError
from engine.core.exports import settings_for
from engine.core.machine import Listen
from engine.core.midi import ClockOut, Route
from engine.core.pattern import Step
from engine.core.recording import Monitor, RecordingSetup
from engine.core.requests import (
    BrowseSounds,
    CaptureLast,
    ChooseGrid,
    ChooseMethod,
    ConnectMidi,
    Direction,
    ExportKit,
    Learn,
    OpenFile,
    Resample,
    SaveKit,
    SetRecording,
    SoundSource,
    StartFreeTake,
    StartRecording,
    SwapSound,
    Undo,
)
from engine.core.snapshot import Meters, Snapshot, SoundList, Status
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from tests.tui.fake import demo_machine
from tui.keymap import Keymap
from tui.plain.line import Ask, Choices, Leave, Say
from tui.plain.words import ON_THE_SCREEN_ALONE, SUBJECTS, WORDS, about, help_lines, understood

SOUNDS = SoundList("snare", SoundSource.LOOP, "", ("one", "two"))


def snapshot(**meters) -> Snapshot:
    return Snapshot(Status(demo_machine(), "null", "", 48000, 128, sounds=SOUNDS), Meters(**meters))


USUAL = Choices()


def meant(typed: str, choices: Choices = USUAL, now_s: float = 0.0, **meters):
    return understood(typed, snapshot(**meters), choices, now_s)


def asked(typed: str, **more):
    (answer,) = meant(typed, **more)
    assert isinstance(answer, Ask), answer
    return answer.message


def refusal(typed: str) -> str:
    with pytest.raises(TaoError) as problem:
        meant(typed)
    return str(problem.value)


@pytest.mark.parametrize(("typed", "message"), [
    ("play", Play()), ("PLAY", Play()), ("stop", Stop()), ("panic", Panic()), ("tempo 136.88", SetTempo(136.88)),
    ("tempo 136,88", SetTempo(136.88)), ("tempo +1", SetTempo(97.0)), ("tempo -0.5", SetTempo(95.5)),
    ("listen kit+residual", SetListen(Listen.KIT_AND_RESIDUAL)), ("gain -6", SetGain(-6.0)),
    ("record 8", StartRecording(32)), ("record", StartRecording(8)), ("record free", StartFreeTake()),
    ("catch 4", CaptureLast(16)), ("resample", Resample("master", 8)), ("resample snare 1", Resample("snare", 4)),
    ("monitor auto", SetRecording(RecordingSetup(monitor=Monitor.AUTO))),
    ("threshold -30", SetRecording(RecordingSetup(threshold_db=-30.0))),
    ("step snare 6 0.8", SetStep("snare", 5, Step(0.8))), ("step 2 6 80%", SetStep("snare", 5, Step(0.8))),
    ("step kick 1 off", SetStep("kick", 0, None)), ("step kick 1 .5", SetStep("kick", 0, Step(0.5))),
    ("timing kick 1 -20", SetStep("kick", 0, Step(1.0, microtiming=Ticks(-20)))),
    ("probability kick 1 50%", SetStep("kick", 0, Step(1.0, probability=0.5))),
    ("condition kick 1 2:4", SetStep("kick", 0, Step(1.0, condition=(2, 4)))),
    ("condition kick 1 fill", SetStep("kick", 0, Step(1.0, when=When.FILL))),
    ("ratchet kick 2 3", SetStep("kick", 1, Step(0.8, ratchet=3))),
    ("change kick 1 pitch -3", SetStep("kick", 0, Step(1.0, overrides=Overrides(pitch_semitones=-3.0)))),
    ("change kick 1 sound snare", SetStep("kick", 0, Step(1.0, overrides=Overrides(one_shot="snare")))),
    ("change kick 1 pitch off", SetStep("kick", 0, Step(1.0))),
    ("pattern 3", SelectPattern(2)), ("pattern 1 2 1", SetChain((0, 1, 0))), ("copy-pattern 16", CopyPattern(15)),
    ("grid kick steps 12", SetTrackLength("kick", 12)), ("swing 58%", SetSwing(0.58)), ("swing off kick",
                                                                                        SetSwing(None, "kick")),
    ("cross keep a", KeepParent(Side.A)), ("cross kit 25%", Crossbreed(kit=0.25)),
    ("cross 50%", Crossbreed(0.5, 0.5, 0.5)),
    ("hit kick", TriggerPad("kick")), ("hit 4 0.5", TriggerPad("hihat", 0.5)), ("mute kick", SetMute("kick", True)),
    ("mute kick off", SetMute("kick", False)), ("solo snare on", SetSolo("snare", True)),
    ("shape kick gain 0", ShapeOneShot("kick", Quality.GAIN, 1.0)),
    ("shape kick filter off", ShapeOneShot("kick", Quality.CUTOFF, None)),
    ("role hihat perc 2", SetRole("hihat", "perc 2")), ("effect delay on", LatchEffect(Effect.DELAY, True)),
    ("effect delay 1/8", ShapeEffect(Effect.DELAY, ticks=480)), ("effect crush 0.3", ShapeEffect(Effect.CRUSH, 0.3)),
    ("rack off", BypassRack(True)), ("rack", BypassRack(True)), ("swap snare 2", SwapSound("snare", 1)),
    ("sounds kick library deep dry", BrowseSounds("kick", SoundSource.LIBRARY, "deep dry")),
    ("methods extractor select", ChooseMethod("extractor", "select")),
    ("open /tmp/a loop.wav", OpenFile("/tmp/a loop.wav")), ("open '/tmp/a  b.wav'", OpenFile("/tmp/a  b.wav")),
    ("save Friday night", SaveKit("Friday night")), ("undo", Undo()), ("undo  # at once", Undo()),
    ("export /tmp/out midi sfz", ExportKit(("midi", "sfz"), "/tmp/out")),
    ("export /tmp/card digitakt", ExportKit(("oneshots",), "/tmp/card", settings_for("digitakt"))),
    ("connect in 1 TR-8S MIDI 1", ConnectMidi(Direction.IN, 1, "TR-8S MIDI 1")),
    ("connect out 2 off", ConnectMidi(Direction.OUT, 2, None)), ("clock 1 on", SetClockOut(1, ClockOut(on=True))),
    ("transport lead", LeadTransport(True)), ("transport leave", LeadTransport(False)),
    ("clock 1 offset -12.5", SetClockOut(1, ClockOut(offset_ms=-12.5))),
    ("route kick 1 10 36 only", SetRoute("kick", Route(1, 10, 36, sounds=False))), ("pad 48 tom", SetPad(48, "tom")),
    ("pad 48 off", SetPad(48, None)), ("learn pad kick", Learn("pad kick")),
    ("controller off", ChooseGrid("off")), ("learn off", Learn(None))])
def test_a_line_asks_for_what_a_key_would(typed, message):
    assert asked(typed) == message


@pytest.mark.parametrize(("typed", "boundary"), [("mute kick", Boundary.BAR), ("pattern 2", Boundary.PATTERN),
                                                 ("effect delay on", Boundary.STEP), ("tempo 100", Boundary.NOW),
                                                 ("listen kit", Boundary.BAR), ("listen kit now", Boundary.NOW)])
def test_a_line_takes_effect_when_its_key_does(typed, boundary):
    (answer,) = meant(typed)
    assert answer.boundary is boundary


@pytest.mark.parametrize(("typed", "words"), [
    ("plya", "There is no word 'plya'. Did you mean play?"), ("xyzzyx", "Type help for all words."),
    ("mute", "A track (kick, snare, tom, hihat, ride, crash) is missing."),
    ("mute cowbell", "No track is called 'cowbell'. There are 1 kick, 2 snare"),
    ("step snare 99 0.8", "A step of snare is a number from 1 to 32, not '99'."),
    ("step snare 1.5 0.8", "A step of snare is a whole number, not 1.5."),
    ("step snare 5 loud", "A velocity is a number"),
    ("step snare 5 0", "To clear the step, type off instead."), ("tempo 5000", "A tempo lies between"),
    ("tempo nan", "A tempo in BPM is a number"), ("tempo inf", "A tempo in BPM is a number"),
    ("effect dealy on", "An effect is one of filter, delay"), ("effect dealy on", "Did you mean delay?"),
    ("play loudly", "There is a word too many: 'loudly'."), ("swap kick 1", "No sounds are listed for kick."),
    ("save 'Friday", "A quotation mark has no partner."), ("condition kick 1 a:b", "A condition is A:B"),
    ("swing off", "Only a track's own swing can be off."), ("open", "A file or folder is missing.")])
def test_a_line_that_cannot_be_understood_says_what_was_expected(typed, words):
    assert words in refusal(typed)


def test_nothing_is_asked_for_by_an_empty_line_or_a_comment():
    assert meant("") == () and meant("   ") == () and meant("# only words") == ()


def test_the_length_of_takes_and_the_boundary_are_remembered():
    choices, said = meant("length 4")
    assert said == Say(("Takes last 4 bars.",)) and asked("record", choices=choices) == StartRecording(16)
    free, _ = meant("length free")
    assert asked("record", choices=free) == StartFreeTake()
    at_once, _ = meant("boundary now")
    assert meant("mute kick", choices=at_once) == (Ask(SetMute("kick", True), Boundary.NOW),)


def test_three_taps_set_the_tempo():
    choices, said = meant("tap", now_s=10.0)
    choices, _ = meant("tap", choices=choices, now_s=10.5)
    _, last = meant("tap", choices=choices, now_s=11.0)
    assert said == Say(("Tap 2 more.",)) and last == Ask(SetTempo(pytest.approx(120.0)))


def test_a_copied_track_is_pasted_on_another():
    choices, _ = meant("copy kick")
    pattern = asked("paste tom", choices=choices).pattern
    assert pattern.track("tom").steps == pattern.track("kick").steps
    assert meant("paste tom") == (Say(("Nothing is copied yet. Type copy and a track.",)),)
    *_, cut = meant("cut kick")
    assert cut == Ask(LoadPattern(demo_machine().pattern.with_track(demo_machine().pattern.track("kick").silent)))


def test_steps_are_said_in_words():
    machine = demo_machine()
    step = replace(machine.pattern.tracks[0].steps[0], microtiming=Ticks(-12), probability=0.5, ratchet=3,
                   condition=(1, 2), overrides=Overrides(pitch_semitones=2.0))
    pattern = machine.pattern.with_track(machine.pattern.tracks[0].with_step(0, step))
    told = understood("step kick 1", Snapshot(replace(snapshot().status, machine=replace(machine, pattern=pattern))),
                      Choices(), 0.0)
    assert told == (Say(("kick step 1: 100%, 12 ticks early, chance 50%, pass 1 of 2, 3 strokes, pitch 2.",)),)
    (shown,) = meant("show snare")
    assert shown.lines[0].startswith("snare, 32 steps, 4 a beat: 5 100%; 8 30%, 18 ticks late;")
    assert meant("uncertain")[0].lines[0] == "snare step 26, 40% sure; tom step 29, 40% sure."


def test_leaving_and_quitting_are_different():
    assert meant("detach") == (Leave(),) and meant("quit") == (Leave(stop=True),)


def test_every_action_of_the_keymap_has_a_word():
    covered = {action for word in WORDS.values() for action in word.actions} | set(ON_THE_SCREEN_ALONE)
    assert {action.id for action in Keymap()} - covered == set()
    assert covered - {action.id for action in Keymap()} == set()


def test_every_word_is_explained_in_one_line_and_belongs_to_one_subject():
    assert sum(len(words) for words in SUBJECTS.values()) == len(WORDS)
    for word in WORDS.values():
        (line,) = help_lines(word.name)
        assert line.startswith(word.name) and line.endswith(f"{about(word)}.") and len(about(word)) < 80
    assert set(WORDS) <= {line.split()[0].rstrip(":") for line in help_lines()}
    assert len(list(help_lines("midi"))) == 1 and len(list(help_lines("the loop"))) == 1 + len(SUBJECTS["The loop"])


@given(st.sampled_from(sorted(WORDS)), st.lists(st.sampled_from(
    ["kick", "1", "0", "-1", "off", "on", "999", "1:2", "50%", "nan", "é", "now", "/", "'", "delay", "x" * 300])))
def test_no_line_ends_in_anything_but_an_answer_or_a_sentence(word, rest):
    try:
        answers = meant(" ".join([word, *rest]))
    except TaoError as problem:
        assert str(problem).endswith(".") and "\n" not in str(problem)
    else:
        assert isinstance(answers, tuple)


def test_nothing_of_the_screen_is_loaded_for_the_lines():
    done = subprocess.run([sys.executable, "-c", "import tui.plain.session, sys; print('textual' in sys.modules)"],
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
