"""What can be chosen about an export: bits, rate, channels, timing, and the hardware that it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.core.errors import InvalidValue

BITS = (16, 24, 32)
LOWEST_RATE, HIGHEST_RATE = 8000, 192000


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a hardware sampler, or one on a phone, takes: the format that it is given, the bits, sample rate (Hz) and
    channels of its files, and the folder of its card or disk where they belong ("" for none in particular)."""

    title: str
    format: str
    bits: int
    sample_rate: int
    mono: bool = False
    folder: str = ""


# as the makers' manuals have it; with each, say what its files were checked with
HARDWARE: Mapping[str, Hardware] = MappingProxyType({
    "digitakt": Hardware("Digitakt", "oneshots", 16, 48000, mono=True),
    "octatrack": Hardware("Octatrack", "oneshots", 16, 44100, folder="AUDIO"),
    "sp404": Hardware("SP-404MKII", "oneshots", 16, 48000, folder="IMPORT"),
    "mpc": Hardware("MPC", "mpc", 24, 44100),
    "koala": Hardware("Koala", "oneshots", 16, 44100)})


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """bits of a sample: 16 or 24 (integers), 32 (float); sample_rate in Hz, None for the recording's; mono: mix WAVs
    down; heard: hits as in the recording instead of as the pattern has them; hardware: for which sampler the one-shots
    are named and laid out, "" for any program."""

    bits: int = 24
    sample_rate: int | None = None
    mono: bool = False
    heard: bool = False
    hardware: str = ""

    def __post_init__(self) -> None:
        if self.bits not in BITS:
            raise InvalidValue(f"Audio is exported with 16, 24 or 32 bits; {self.bits} were asked for.")
        if self.sample_rate is not None and not LOWEST_RATE <= self.sample_rate <= HIGHEST_RATE:
            raise InvalidValue(f"A sample rate lies between {LOWEST_RATE} and {HIGHEST_RATE} Hz; {self.sample_rate} "
                               "was asked for.")
        if self.hardware and self.hardware not in HARDWARE:
            raise InvalidValue(f"No hardware is called {self.hardware[:40]!r}; there are {', '.join(HARDWARE)}.")


AS_RECORDED = ExportSettings()


def settings_for(hardware: str, bits: int | None = None, sample_rate: int | None = None, mono: bool = False,
                 heard: bool = False) -> ExportSettings:
    """What a sampler takes, or what was chosen instead. Raises InvalidValue when there is no such hardware."""
    if not hardware:
        return ExportSettings(AS_RECORDED.bits if bits is None else bits, sample_rate, mono, heard)
    ExportSettings(hardware=hardware)
    made = HARDWARE[hardware]
    return ExportSettings(bits or made.bits, sample_rate or made.sample_rate, mono or made.mono, heard, hardware)
