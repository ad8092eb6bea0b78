"""What makes the music stutter, or stop, before it does: one check a line, with its cure."""

import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.audio.devices import list_devices
from engine.core.errors import TaoError
from engine.dsp.kernel_cache import kernels_folder

MIN_DISK_BYTES = 1 << 30
MIN_MEMLOCK_BYTES = 512 << 20
MIN_RTPRIO = 20
COLUMNS, LINES = 80, 24
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, whether it is well, what was found, and what to do if it is not."""

    name: str
    well: bool
    found: str
    cure: str = ""

    def line(self) -> str:
        """As a person reads it."""
        return f"{'pass' if self.well else 'FAIL'}  {self.name}: {self.found}" + ("" if self.well else f". {self.cure}")


def checks(data: Path, environ: Mapping[str, str]) -> Iterator[Check]:
    """Every check of this computer. data: Tao's folder, or where it would be made."""
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
    """3.11 or 3.12: what torch, pyo and numba have wheels for together."""
    found = f"{platform.python_implementation()} {version[0]}.{version[1]}"
    return Check("Python", (3, 11) <= version < (3, 13), found, "Install Python 3.11 or 3.12 and run scripts/setup.sh")


def kernel_cache(folder: Path) -> Check:
    """Whether compiled kernels can be kept."""
    cure = "Set NUMBA_CACHE_DIR to a folder you may write to, or each start compiles for half a minute"
    count = len(list(folder.glob("*.nbc"))) if folder.is_dir() else 0
    return Check("Kernel cache", os.access(folder if folder.is_dir() else folder.parent, os.W_OK),
                 f"{count} kernels in {folder}", cure)


def sound() -> Iterator[Check]:
    """The device libraries, and what they see."""
    try:
        devices = list_devices()
    except (OSError, TaoError) as error:
        yield Check("PortAudio", False, str(error), "Install libportaudio2")
        return
    names = [device.name for device in devices if device.audio == "portaudio" and device.outputs]
    server = any(device.audio == "jack" for device in devices)
    yield Check("PortAudio", bool(names) or server, ", ".join(names) or "no output device",
                "Plug an interface in and switch it on, or start a JACK server")
    yield Check("JACK", True, "a server answers" if server else "no server answers (only --audio jack needs one)")


def priority(soft: int, hard: int, root: bool) -> Check:
    """Whether the engine may run before other programs."""
    well = root or max(soft, hard) >= MIN_RTPRIO or sys.platform == "darwin"
    return Check("Real-time priority", well, "root" if root else f"rtprio {max(soft, hard)}",
                 "Join the group audio, with `@audio - rtprio 95` in /etc/security/limits.d/audio.conf; log in again")


def locked_memory(soft: int, hard: int, root: bool) -> Check:
    """Whether the engine may keep its memory."""
    limit = max(soft, hard) if resource.RLIM_INFINITY not in (soft, hard) else MIN_MEMLOCK_BYTES
    well = root or limit >= MIN_MEMLOCK_BYTES or sys.platform == "darwin"
    return Check("Locked memory", well, "root" if root else f"memlock {limit >> 20} MB",
                 "Add `@audio - memlock unlimited` to /etc/security/limits.d/audio.conf, then log in again")


def governor(file: Path) -> Check:
    """How the processor's clock is governed, where that can be read."""
    try:
        found = file.read_text(encoding="ascii").strip()
    except OSError:
        return Check("CPU governor", True, "cannot be read here")
    return Check("CPU governor", found not in ("powersave", "conservative"), found,
                 "Run `cpupower frequency-set -g performance` before the set")


def disk(data: Path) -> Check:
    """Whether takes have room."""
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    well = free >= MIN_DISK_BYTES and os.access(there, os.W_OK)
    return Check("Disk", well, f"{free / 2**30:.1f} GB free for {data}",
                 "Make room, or point XDG_DATA_HOME at a folder you may write to")


def midi_ports() -> Check:
    """The MIDI ports that can be seen."""
    try:
        import mido

        inputs, outputs = mido.get_input_names(), mido.get_output_names()
    except (ImportError, OSError, RuntimeError, SystemError) as error:  # a system without any MIDI service
        return Check("MIDI", True, f"no ports here ({error}); JACK's MIDI needs none")
    return Check("MIDI", True, f"in: {', '.join(inputs) or 'none'}; out: {', '.join(outputs) or 'none'}")


def terminal(environ: Mapping[str, str], size: os.terminal_size, encoding: str) -> Check:
    """Whether the screen can be drawn."""
    kind = environ.get("TERM", "none")
    if not size.columns:
        return Check("Terminal", True, f"{kind}, not looked at from here")
    found = f"{kind}, {size.columns}x{size.lines}, {encoding}"
    return Check("Terminal", kind not in ("dumb", "none") and size.columns >= COLUMNS and size.lines >= LINES, found,
                 f"Make the window at least {COLUMNS}x{LINES}, in a terminal with colours")


def shipped_weights(weights: tuple[str, str | None]) -> Check:
    """Whether these weights are whole: (name, what is wrong or None)."""
    name, fault = weights
    return Check(f"Weights {name}", fault is None, fault or "whole",
                 "Install Tao again, or train your own with `tao_live.py train`")


def _limit(name: str) -> tuple[int, int]:
    return resource.getrlimit(getattr(resource, name)) if hasattr(resource, name) else (0, 0)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
