"""Whether this computer is ready to perform: one check a line, with what to do where it isn't.

Nothing here compiles the audio engine, or imports what does.
"""

import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.audio.devices import list_devices, silent_libraries
from engine.core.errors import TaoError
from engine.dsp.kernel_cache import can_write, compiled, is_compiled, kernels_folder

MIN_DISK_BYTES = 1 << 30
MIN_MEMLOCK_BYTES = 512 << 20
MIN_RTPRIO = 20
COLUMNS, LINES = 80, 24
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was checked, whether it passed, what was found, and what to do if it did not pass."""

    name: str
    passed: bool
    found: str
    remedy: str = ""

    def line(self) -> str:
        """As a person reads it."""
        if self.passed:
            return f"pass  {self.name}: {self.found}"
        return f"FAIL  {self.name}: {self.found}. {self.remedy}"


def checks(data: Path, environ: Mapping[str, str]) -> Iterator[Check]:
    """Every check of this computer. data: Tao's folder, which need not exist yet."""
    yield python_version(sys.version_info[:2])
    yield kernel_cache(kernels_folder())
    yield from sound()
    yield priority(*_limit("RLIMIT_RTPRIO"), root=_is_root())
    yield locked_memory(*_limit("RLIMIT_MEMLOCK"), root=_is_root())
    yield governor(GOVERNOR)
    yield disk(data)
    yield midi_ports()
    yield terminal(environ, shutil.get_terminal_size((0, 0)), sys.stdout.encoding or "")


def python_version(version: tuple[int, int]) -> Check:
    """3.11 to 3.13: what torch, pyo and numba have wheels for together."""
    found = f"{platform.python_implementation()} {version[0]}.{version[1]}"
    return Check("Python", (3, 11) <= version < (3, 14), found,
                 "Install Python 3.11, 3.12 or 3.13, and run scripts/setup.sh")


def kernel_cache(folder: Path) -> Check:
    """Whether the audio engine is compiled, or at least can be."""
    state = compiled(folder)
    done = state.total if is_compiled(folder) else min(state.done, state.total - 1)
    remedy = "Run `tao_live.py compile`, or wait for it when you start Tao"
    if not can_write(folder):
        remedy = "Set NUMBA_CACHE_DIR to a folder you can write to, then run `tao_live.py compile`"
    return Check("Kernel cache", done == state.total, f"{done} of {state.total} kernels compiled, in {folder}", remedy)


def sound() -> Iterator[Check]:
    """The device libraries, and the devices they find."""
    try:
        devices = list_devices()
    except (OSError, TaoError) as error:
        yield Check("PortAudio", False, str(error), "Install libportaudio2")
        return
    names = [device.name for device in devices if device.audio == "portaudio" and device.outputs]
    server = any(device.audio == "jack" for device in devices)
    yield Check("PortAudio", bool(names) or server, ", ".join(names) or "no output device",
                "Plug in an audio interface and switch it on, or start a JACK server")
    yield Check("JACK", True, "a server is running" if server else "no server is running; Tao uses PortAudio instead")


def priority(soft: int, hard: int, root: bool) -> Check:
    """Whether the engine may run at real-time priority."""
    passed = root or max(soft, hard) >= MIN_RTPRIO or sys.platform == "darwin"
    return Check("Real-time priority", passed, "root" if root else f"rtprio {max(soft, hard)}",
                 "Join the group `audio`, put `@audio - rtprio 95` into /etc/security/limits.d/audio.conf, and log in "
                 "again")


def locked_memory(soft: int, hard: int, root: bool) -> Check:
    """Whether the engine may lock its memory."""
    limit = max(soft, hard) if resource.RLIM_INFINITY not in (soft, hard) else MIN_MEMLOCK_BYTES
    passed = root or limit >= MIN_MEMLOCK_BYTES or sys.platform == "darwin"
    return Check("Locked memory", passed, "root" if root else f"memlock {limit >> 20} MB",
                 "Add `@audio - memlock unlimited` to /etc/security/limits.d/audio.conf, and log in again")


def governor(file: Path) -> Check:
    """How the CPU's clock is governed, where that can be read."""
    try:
        found = file.read_text(encoding="ascii").strip()
    except OSError:
        return Check("CPU governor", True, "unknown on this system")
    return Check("CPU governor", found not in ("powersave", "conservative"), found,
                 "Run `cpupower frequency-set -g performance` before you play")


def disk(data: Path) -> Check:
    """Whether there is room for takes."""
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    passed = free >= MIN_DISK_BYTES and os.access(there, os.W_OK)
    return Check("Disk", passed, f"{free / 2**30:.1f} GB free for {data}",
                 "Make room, or set XDG_DATA_HOME to a folder you can write to")


def midi_ports() -> Check:
    """The MIDI ports that are found."""
    try:
        import mido

        with silent_libraries():
            inputs, outputs = mido.get_input_names(), mido.get_output_names()
    except (ImportError, OSError, RuntimeError, SystemError) as error:  # a system without any MIDI service
        reason = str(error).rstrip(".")
        return Check("MIDI", True, f"no ports ({reason}); MIDI through JACK still works")
    return Check("MIDI", True, f"in: {', '.join(inputs) or 'none'}; out: {', '.join(outputs) or 'none'}")


def terminal(environ: Mapping[str, str], size: os.terminal_size, encoding: str) -> Check:
    """Whether Tao's screen fits the terminal."""
    kind = environ.get("TERM", "none")
    if not size.columns:
        return Check("Terminal", True, f"{kind}, of unknown size")
    found = f"{kind}, {size.columns}x{size.lines}, {encoding}"
    return Check("Terminal", kind not in ("dumb", "none") and size.columns >= COLUMNS and size.lines >= LINES, found,
                 f"Use a terminal with colours, and make its window at least {COLUMNS}x{LINES}")


def shipped_weights(weights: tuple[str, str | None]) -> Check:
    """Whether the weights that ship are intact: (name, what is wrong or None)."""
    name, fault = weights
    return Check(f"Weights {name}", fault is None, fault or "intact",
                 "Reinstall Tao, or train your own with `tao_live.py train`")


def _limit(name: str) -> tuple[int, int]:
    return resource.getrlimit(getattr(resource, name)) if hasattr(resource, name) else (0, 0)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
