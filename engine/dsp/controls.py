"""The control signals, one value a frame: gains and the settings of effects, moving in straight lines."""

from engine.core.effects import OPEN_HZ, Effects, cutoff_hz
from engine.core.timeline import PPQN

# columns of `controls`: what the rack gets, then what the kernels need
(GAIN, CUTOFF_HZ, HIGH, FILTERED, ECHO_SEND, ECHO_S, CRUSHED, BITS, RATE, ROOM_SEND, BYPASSED, GATE_DEPTH,
 DUCK_DEPTH, CUT) = range(14)  # CUT is 1 on the one frame from which nothing older may ring
CONTROLS = 14
KIT = CONTROLS  # the last ramp is the kit's gain, which no effect needs
RAMPS = CONTROLS + 1
ECHO_RAMPS = 40  # an echo's time glides so many times slower than a gain: a new tempo bends it, and does not tear

NEUTRAL = (1.0, OPEN_HZ, 0.0, 0.0, 0.0, 0.25, 0.0, 16.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def targets(effects: Effects, bpm: float) -> tuple[float, ...]:
    """The target of every control, in the order of the columns; bpm: the tempo, smoothed.

    An effect that is off keeps its shape, but its send, mix or depth is 0.
    """
    f, crush = effects.filter, effects.crush
    echo_s = effects.delay.ticks / PPQN * 60.0 / bpm
    return (10.0 ** (effects.gain_db / 20.0),
            cutoff_hz(f.amount), float(f.amount > 0.0), float(f.on and f.amount != 0.0),
            effects.delay.on * effects.delay.amount, echo_s,
            float(crush.on and crush.amount > 0.0), 16.0 - 12.0 * crush.amount, 2.0 ** (-5.0 * crush.amount),
            effects.reverb.on * effects.reverb.amount, float(effects.bypassed),
            effects.gate.on * effects.gate.amount, effects.duck.on * effects.duck.amount, 0.0)
