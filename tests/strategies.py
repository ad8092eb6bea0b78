"""Hypothesis strategies for Tao's values: any of these is one that a musician could make."""

from hypothesis import strategies as st

from engine.core import commands as c
from engine.core import effects as fx
from engine.core.commands.sounds import Quality
from engine.core.crossbreeding.parents import Side
from engine.core.effects import Effects
from engine.core.kit import Kit, Layer, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import FOR_EVER, Listen, Machine, MuteStyle
from engine.core.midi import ClockOut, ClockSource, Route
from engine.core.pattern import STEPS_PER_BEAT, TRACK_NAMES, Pattern, Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import PPQN, Frames, Ticks, Timeline

SAMPLES = {"aa": 9000, "bb": 2500, "cc": 700}  # ids and lengths of what `tests.sounds.bank` holds
LOOPS = {"take": 12000, "rest": 12000, "more": 7001}  # likewise, for longer sounds

bpms = st.floats(30.0, 300.0, allow_nan=False)
sample_rates = st.sampled_from([8000, 44100, 48000, 96000])
ticks = st.integers(-1_000_000, 10_000_000)
timelines = st.builds(Timeline, bpms, sample_rates, ticks.map(Ticks), st.integers(0, 1 << 40).map(Frames))
swings = st.floats(0.5, 0.75)
velocities = st.floats(0.01, 1.0)


overrides = st.builds(Overrides, st.sampled_from([None, 7.0, -12.0]), st.sampled_from([None, 0.02]),
                      st.sampled_from([None, 300.0, 20000.0]), st.sampled_from([None, "snare", "spare", "none such"]))


@st.composite
def steps(draw, step_ticks: int = 240):
    """A slot with a hit."""
    of = draw(st.integers(1, 4))
    return Step(draw(velocities), Ticks(draw(st.integers(-step_ticks // 2, step_ticks // 2))),
                draw(st.sampled_from([1.0, 1.0, 0.5])), (draw(st.integers(1, of)), of),
                draw(st.sampled_from([1, 1, 2, 3])), 1.0,
                draw(st.sampled_from([When.ALWAYS, When.ALWAYS, When.FILL, When.NOT_FILL])),
                draw(st.just(Overrides()) | overrides))


@st.composite
def tracks(draw, name: str):
    """A track of its own length and resolution."""
    per_beat = draw(st.sampled_from(STEPS_PER_BEAT))
    step = st.one_of(st.none(), steps(PPQN // per_beat))
    return Track(name, tuple(draw(st.lists(step, min_size=1, max_size=20))), per_beat, draw(st.none() | swings))


@st.composite
def patterns(draw):
    """One to six tracks."""
    names = draw(st.lists(st.sampled_from(TRACK_NAMES), min_size=1, max_size=6, unique=True))
    return Pattern(tuple(draw(tracks(name)) for name in names), draw(st.integers(1, 16)), draw(swings),
                   draw(st.sampled_from([3, 4, 7])))


@st.composite
def layers(draw):
    """Another recording of the same drum."""
    sample = draw(st.sampled_from(sorted(SAMPLES)))
    return Layer(sample, draw(st.integers(1, SAMPLES[sample])), draw(st.sampled_from([0.0, 0.0, 0.4, 0.7])),
                 draw(st.sampled_from([1.0, 2.0])))


@st.composite
def one_shots(draw):
    """Any sound of the test bank, played any way."""
    sample = draw(st.sampled_from(sorted(SAMPLES)))
    return OneShot(sample, SAMPLES[sample], draw(st.floats(0.0, 2.0)), draw(st.floats(-1.0, 1.0)),
                   draw(st.sampled_from([0.0, 0.0, -12.0, 3.5, 12.0])), draw(st.sampled_from([0.0, 0.003])),
                   draw(st.sampled_from([None, 0.01, 0.1])), draw(st.sampled_from([None, None, 0, 1])), 60,
                   draw(st.sampled_from([None, None, 900.0])),
                   tuple(draw(st.just([]) | st.lists(layers(), max_size=4))))


_places = st.sampled_from([*TRACK_NAMES, "spare"])
kits = st.dictionaries(_places, one_shots(), max_size=6).map(lambda shots: Kit("any", shots))


def latches(effect: fx.Effect):
    """The effect, set any way."""
    allowed = fx.RANGES[effect]
    return st.builds(fx.Latch, st.booleans(), st.floats(allowed.low, allowed.high),
                     st.sampled_from(allowed.ticks or (0,)))


effects = st.builds(Effects, st.floats(-60, 12), *(latches(effect) for effect in fx.Effect), st.booleans())
released = effects.map(Effects.released)  # these change nothing before the rack
effect_commands = st.one_of(
    st.builds(c.LatchEffect, st.sampled_from(fx.Effect), st.booleans()), st.just(c.ReleaseEffects()),
    st.builds(c.ShapeEffect, st.sampled_from(fx.Effect), st.none() | st.floats(-2, 2),
              st.none() | st.sampled_from([0, 120, 240, 480, 960, 3840, 7])), st.builds(c.BypassRack, st.booleans()),
    st.builds(c.SetGain, st.floats(-70, 20)))


@st.composite
def loops(draw):
    """A recording that plays beside the kit, with a residual or without."""
    if draw(st.booleans()):
        return PlayedLoop("take", LOOPS["take"], draw(st.sampled_from([2, 3, 4])),
                          residual=draw(st.sampled_from([None, "rest"])),
                          downbeat_ticks=Ticks(draw(st.sampled_from([0, 0, 240, -480]))))
    return PlayedLoop("more", LOOPS["more"], draw(st.sampled_from([1, 4])))


stored_patterns = st.lists(st.none() | patterns(), max_size=2).map(lambda some: (*some, *(None,) * (15 - len(some))))


@st.composite
def machines(draw, sample_rate: int = 8000, effects=released):
    """A machine that plays, or does not; its song starts at frame 0. Without effects before the rack unless given."""
    pattern = draw(patterns())
    names = st.frozensets(st.sampled_from([track.name for track in pattern.tracks]), max_size=2)
    loop = draw(st.none() | loops())
    listen = Listen.KIT if loop is None else draw(st.sampled_from(Listen))
    return Machine(Timeline(draw(st.floats(60, 300)), sample_rate), pattern, draw(kits), draw(st.booleans()), loop,
                   listen, draw(names), draw(names), draw(effects), draw(st.integers(0, 1 << 32)),
                   Ticks(draw(st.integers(0, 2)) * pattern.bar_ticks),
                   Ticks(draw(st.integers(0, 2)) * pattern.bar_ticks), (None, *draw(stored_patterns)), 0,
                   tuple(draw(st.lists(st.integers(0, 15), max_size=3))), 0,
                   draw(st.sampled_from([0, 0, 1920, FOR_EVER]).map(Ticks)), draw(st.sampled_from(MuteStyle)))


clock_outs = st.builds(ClockOut, st.booleans(), st.floats(-100, 100), st.booleans())
routes = st.builds(Route, st.integers(1, 4), st.integers(1, 16), st.integers(0, 127), st.booleans())
phases = st.sampled_from([0, 3840, 7680]).map(Ticks)
names = st.sampled_from([*TRACK_NAMES, "no such track"])
commands = st.one_of(
    st.just(c.Play()), st.just(c.Stop()), st.just(c.Panic()), st.builds(c.SetTempo, st.floats(0, 400)),
    st.builds(c.ToggleStep, names, st.integers(-1, 20), velocities),
    st.builds(c.SetStep, names, st.integers(-1, 20), st.none() | steps(60)),
    st.builds(c.SetSteps, st.lists(st.builds(c.SetStep, names, st.integers(0, 4), st.none() | steps(60)),
                                   max_size=3).map(tuple)),
    st.builds(c.SetSwing, st.none() | st.floats(0, 1), st.none() | names), st.builds(c.SetMute, names, st.booleans()),
    st.builds(c.SetMutesAndSolos, st.frozensets(names), st.frozensets(names)),
    st.builds(c.SetSolo, names, st.booleans()), st.builds(c.SetListen, st.sampled_from(Listen)),
    st.builds(c.NameKit, st.just("other"), st.sampled_from(["any", "no such kit"])),
    st.builds(c.ClearMachine, st.just("new kit")),
    st.builds(c.SetEffects, effects), effect_commands, st.builds(c.TriggerPad, names, st.floats(0, 1)),
    st.builds(c.LoadKit, kits), st.builds(c.LoadPattern, patterns()),
    st.builds(c.LoadLoop, loops(), st.sampled_from(Listen), st.none() | phases),
    st.builds(c.Continue, st.none() | st.integers(-1, 10_000)), st.builds(c.FollowTempo, bpms, st.none() | bpms),
    st.builds(c.PlayFrom, st.integers(-1, 10_000)), st.builds(c.LeadTransport, st.booleans()),
    st.builds(c.SetClockSource, st.sampled_from(ClockSource)),
    st.builds(c.SetSongPosition, st.integers(0, 3), st.booleans()),
    st.builds(c.SetClockOut, st.integers(1, 4), clock_outs), st.builds(c.SetRoute, names, st.none() | routes),
    st.builds(c.SetPad, st.integers(0, 127), st.none() | names),
    st.builds(c.LoadDecomposition, kits, patterns(), st.none() | loops(), st.just(Listen.KIT), st.none() | bpms,
              st.none() | phases),
    st.builds(c.SetTrackLength, names, st.integers(-1, 40)),
    st.builds(c.SetTrackResolution, names, st.sampled_from([*STEPS_PER_BEAT, 5])),
    st.builds(c.SetMuteStyle, st.sampled_from(MuteStyle)), st.builds(c.SetLock, names, st.booleans()),
    st.builds(c.SetRole, names, st.sampled_from([*TRACK_NAMES, "perc 1", ""])),
    st.builds(c.ShapeOneShot, names, st.sampled_from(Quality), st.none() | st.floats(-30, 30)),
    st.builds(c.SwapOneShot, names, one_shots()), st.builds(c.SelectPattern, st.integers(-1, 16)),
    st.builds(c.SetChain, st.lists(st.integers(-1, 16), max_size=3).map(tuple)),
    st.builds(c.NextInChain, st.integers(0, 3), phases), st.builds(c.CopyPattern, st.integers(-1, 16)),
    st.builds(c.LoadPatterns, st.lists(st.tuples(st.integers(-1, 16), patterns()), max_size=3).map(tuple)),
    st.builds(c.SetPatternLength, st.integers(0, 16)), st.builds(c.SetFill, st.booleans()),
    st.builds(c.FillBars, st.integers(-1, 3)), st.just(c.HalveReading()), st.just(c.DoubleReading()),
    st.builds(c.ShiftDownbeat, st.integers(-3, 65)),
    st.builds(c.KeepParent, st.sampled_from(Side)),
    st.builds(c.Crossbreed, *3 * [st.none() | st.floats(-0.5, 1.5)]),
    st.builds(c.ResumeSession, machines()),
    st.builds(c.Restore, kits, stored_patterns.map(lambda stored: (None, *stored)), st.none() | loops(),
              st.sampled_from(Listen), phases, phases, st.none() | st.integers(-1, 16)),
)
