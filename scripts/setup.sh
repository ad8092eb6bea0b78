#!/bin/sh
# Install everything Tao needs on a bare machine: system packages, a virtual environment, Python packages.
#
#   setup.sh run|test VENV
#
# Environment: PYTHON=/path/to/python3.12 picks the interpreter, TORCH=cpu or TORCH=cuda the build of PyTorch.
# Every step checks what is already there, so a second run is quick and an interrupted one carries on.
# A failure is one sentence: what was needed, what was found, what to try.
set -u

torch_cpu_index=https://download.pytorch.org/whl/cpu   # PyTorch's own index of CPU builds
pythons="3.12 3.11 3.13"                               # in order of preference: 3.13 has to compile a package

say() { printf 'tao: %s\n' "$*"; }
fail() { printf 'tao: %s\n' "$*" >&2; exit 1; }

# --- system packages ----------------------------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@" 9>&-   # 9 is the lock: a service that a package starts must not inherit it
    else sudo "$@" 9>&-
    fi
}

needs_root_for() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 \
        || fail "needed root to install $*, and found no sudo: run 'apt-get install $*' as root, then try again."
}

apt_install() {
    needs_root_for "$@"
    say "installing system packages: $*"
    log=$(mktemp) || fail "could not write to ${TMPDIR:-/tmp}: is the disk full?"
    as_root apt-get update -qq >"$log" 2>&1   # if this fails, the lists from last time may still do
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "$@" >>"$log" 2>&1 \
        || { tail -n 5 "$log" >&2; rm -f "$log"
             fail "apt-get could not install $*: see the lines above, install them by hand, then try again."; }
    rm -f "$log"
}

debian_packages() {
    wanted="libportaudio2 libjack-jackd2-0 libatomic1"   # the last for Ableton Link
    # the last four read what Tao exports; MuseScore, which is large, is used where it is already there
    [ "$purpose" = test ] && wanted="$wanted jackd2 fluidsynth hydrogen sndfile-programs sox"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || wanted="$wanted python$(version_of "$python")-venv"
    if must_build_rtmidi; then
        wanted="$wanted g++ pkg-config libasound2-dev libjack-jackd2-dev"
        has_python_headers || wanted="$wanted python$(version_of "$python")-dev"
    fi
    missing=""
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    # shellcheck disable=SC2086  # one argument per package
    [ -z "$missing" ] || apt_install $missing
}

# python-rtmidi has no wheel for Python 3.13, so pip compiles it there.
must_build_rtmidi() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 13))' \
        && ! "$venv/bin/python" -c 'import rtmidi' 2>/dev/null
}

has_python_headers() {
    "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'
}

other_linux_packages() {
    for library in libportaudio.so.2 libjack.so.0; do
        { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q "$library" \
            || fail "needed $library (PortAudio and JACK) and did not find it: install it with this system's package manager, then try again."
    done
    if must_build_rtmidi && ! command -v c++ >/dev/null 2>&1; then
        fail "needed a C++ compiler to build python-rtmidi for Python 3.13 and found none: install one along with the headers of ALSA and JACK, or use Python 3.12."
    fi
}

macos_packages() {
    brew_install jack
    if must_build_rtmidi && ! xcrun --find c++ >/dev/null 2>&1; then
        fail "needed a C++ compiler to build python-rtmidi for Python 3.13 and found none: run 'xcode-select --install', or use Python 3.12."
    fi
}

brew_install() {
    command -v brew >/dev/null 2>&1 || fail "needed Homebrew to install $1 and found none: install it from https://brew.sh, then try again."
    brew list "$1" >/dev/null 2>&1 && return 0
    say "installing $1"
    brew install -q "$1" || fail "brew could not install $1: see the lines above, install it by hand, then try again."
}

# --- Python -------------------------------------------------------------------------------------------------------

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

is_supported() {
    case " $pythons " in *" $(version_of "$1") "*) ;; *) return 1 ;; esac
}

# Debian packs venv and pip apart; a Python that lacks them still counts, for debian_packages adds them.
find_python() {
    for version in $pythons ""; do
        found=$(command -v "python${version:-3}") && is_supported "$found" && { echo "$found"; return 0; }
    done
    return 1
}

install_python() {
    if [ "$system" = Darwin ]; then brew_install python@3.12
    elif command -v apt-get >/dev/null 2>&1; then
        needs_root_for python3 python3-venv
        as_root apt-get update -qq >/dev/null 2>&1
        for version in $pythons; do
            if apt-cache show "python$version-venv" >/dev/null 2>&1; then
                apt_install "python$version" "python$version-venv"
                return
            fi
        done
    fi
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_supported "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 to 3.13: name another, or leave PYTHON out."
        python=$(command -v "$PYTHON")
    elif environment_works; then python=$venv/bin/python
    else
        find_python >/dev/null || install_python
        python=$(find_python) || fail "needed Python 3.11 to 3.13 and found none: install one, or name it with PYTHON=/path/to/python3.12."
    fi
    case "$system $("$python" -c 'import platform; print(platform.machine())')" in
        "Linux x86_64" | "Darwin arm64") ;;
        *" "*) fail "needed a PC (x86-64) with Linux or a Mac with Apple silicon, and found $(uname -sm): PyTorch, pyo or madmom cannot be had for it." ;;
    esac
}

environment_works() { is_supported "$venv/bin/python" && "$venv/bin/python" -c 'import pip' 2>/dev/null; }

make_environment() {
    if environment_works; then
        [ -z "${PYTHON:-}" ] || [ "$(version_of "$venv/bin/python")" = "$(version_of "$python")" ] \
            || fail "PYTHON=$PYTHON is Python $(version_of "$python") and $venv holds $(version_of "$venv/bin/python"): run 'make clean' first, or leave PYTHON out."
        return 0
    fi
    say "creating the virtual environment $venv with $python"
    find "$venv" -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf {} +   # what an interrupted set-up left
    "$python" -m venv "$venv" || fail "$python could not create a virtual environment in $venv: is the disk full or read-only?"
}

# --- Python packages ----------------------------------------------------------------------------------------------

pip_install() { "$venv/bin/python" -m pip install --disable-pip-version-check "$@"; }

# The big downloads show pip's progress bars, where there is a terminal to show them.
pip_install_aloud() {
    if [ -t 1 ]; then pip_install "$@"; else pip_install --quiet "$@"; fi
}

# The installed version of the package $1, such as 2.11.0+cpu; empty when there is none.
installed() {
    for info in "$venv"/lib/python3*/site-packages/"$1"-*.dist-info; do
        [ -e "$info/METADATA" ] && basename "$info" .dist-info | cut -d- -f2
    done
}

# cpu or cuda: what TORCH says, or else what this computer can use.
wanted_build() {
    case "${TORCH:-}" in
        cpu | cuda) echo "$TORCH" ;;
        *) if nvidia-smi -L 2>/dev/null | grep -q GPU || [ -n "$(ls /proc/driver/nvidia/gpus 2>/dev/null)" ]; then echo cuda
           else echo cpu
           fi ;;
    esac
}

# Whether this version of torch is installed, in the build asked for with TORCH. Without TORCH either build will do.
has_torch() {
    for package in torch torchaudio; do
        case "$(installed $package)" in "$torch_version" | "$torch_version+"*) ;; *) return 1 ;; esac
    done
    case "$system ${TORCH:-} $(installed torch)" in
        "Linux cpu "*+cpu) ;;
        "Linux cpu "* | "Linux cuda "*+cpu) return 1 ;;
    esac
}

needs_disk() {
    [ -z "$(installed torch)" ] || return 0   # what is replaced makes room
    free_mb=$(($(df -Pk "$venv" | awk 'NR == 2 { print $4 }') / 1024))
    [ "$free_mb" -ge "$1" ] || fail "needed about $1 MB of disk for $venv and found $free_mb MB: make room, then try again."
}

small="Tao takes about 0.5 GB to download and 1.5 GB on disk"
large="Tao takes about 3 GB to download and 5.5 GB on disk"

install_torch() {
    has_torch && return 0
    if [ "$system" = Darwin ]; then
        say "installing PyTorch $torch_version: $small"
        needs_disk 1500
    elif [ "$(wanted_build)" = cpu ]; then
        say "installing PyTorch $torch_version for CPUs (TORCH=cuda for NVIDIA GPUs): $small"
        needs_disk 1500
        install_cpu_torch && return 0
        trouble="could not get PyTorch's CPU build from $torch_cpu_index"
        TORCH="" has_torch && { say "$trouble; keeping the CUDA build, which runs on CPUs too"; return 0; }
        say "$trouble; installing the CUDA build, which runs on CPUs too: $large"
        needs_disk 5500
    else
        say "installing PyTorch $torch_version with CUDA (TORCH=cpu for CPUs): $large"
        needs_disk 5500
        # pip would take the CPU build for the same version and keep it
        case "$(installed torch)" in *+cpu) "$venv/bin/python" -m pip uninstall --quiet --yes torch torchaudio ;; esac
    fi
    pip_install_aloud "torch==$torch_version" "torchaudio==$torch_version" \
        || fail "pip could not install PyTorch $torch_version: see the lines above, check the network and the disk, then try again."
}

install_cpu_torch() {
    pip_install_aloud --index-url "$torch_cpu_index" --timeout 10 --retries 1 --no-deps --force-reinstall \
        "torch==$torch_version+cpu" "torchaudio==$torch_version" 2>/dev/null || return 1
    # CUDA's libraries are of no use to this build
    unused=$("$venv/bin/python" -m pip list --format freeze 2>/dev/null \
        | grep -E '^(nvidia-|cuda-|triton==)' | cut -d= -f1)
    # shellcheck disable=SC2086  # one argument per package
    [ -z "$unused" ] || "$venv/bin/python" -m pip uninstall --quiet --yes $unused
}

# pip writes RECORD last: a package without one was cut off half-way, yet pip would take it for installed.
forget_half_installed() {
    for info in "$venv"/lib/python3*/site-packages/*.dist-info; do
        [ -d "$info" ] && [ ! -e "$info/RECORD" ] && rm -rf "$info"
    done
}

install_packages() {
    TMPDIR=$venv/.tmp && export TMPDIR   # /tmp may be a small one in memory; PyTorch is large
    rm -rf "$TMPDIR"
    mkdir -p "$TMPDIR" || fail "could not write to $venv: is the disk full or read-only?"
    forget_half_installed
    install_torch
    say "installing Tao and its other Python packages"
    pip_install --quiet --editable ".$extra" \
        || fail "pip could not install Tao's packages: see the lines above, check the network and the disk, then try again."
    rm -rf "$TMPDIR"
}

check_imports() {
    say "checking that every package can be imported"
    # shellcheck disable=SC2086  # the name of the extra, if any
    "$venv/bin/python" scripts/check_imports.py $extras || exit 1
}

# Here, so that the first start is quick. A start after an update of Tao compiles by itself what has changed.
compile_audio_engine() {
    say "compiling the audio engine"
    "$venv/bin/python" tao_live.py compile || fail "the audio engine could not be compiled: see the lines above, then try again."
}

# --- the set-up ---------------------------------------------------------------------------------------------------

# Two set-ups of one environment take turns. The lock goes with the process, however that ends.
lock() {
    touch "$venv/.lock" || fail "could not write to $venv: is the disk full or read-only?"
    exec 9>"$venv/.lock"
    try_lock -n && return 0
    say "another set-up of $venv is running; waiting for it to finish"
    try_lock || fail "could not lock $venv/.lock: remove that file, then try again."
}

try_lock() {
    if command -v flock >/dev/null 2>&1; then flock "$@" 9
    elif [ $# = 1 ]; then perl -MFcntl=:flock -e 'exit !flock(STDIN, LOCK_EX | LOCK_NB)' <&9
    else perl -MFcntl=:flock -e 'exit !flock(STDIN, LOCK_EX)' <&9
    fi
}

# What a finished set-up was made from. It is kept in the ready files, so that a mere change of dates costs nothing.
fingerprint() { cat pyproject.toml scripts/setup.sh scripts/check_imports.py | cksum; }

is_ready() { [ "$(cat "$venv/.$1-ready" 2>/dev/null)" = "$(fingerprint)" ]; }

mark_ready() {
    fingerprint >"$venv/.run-ready"
    [ "$purpose" = run ] || fingerprint >"$venv/.test-ready"
}

purpose=${1:-} venv=${2:-}
case "$purpose" in run) extra="" extras="" ;; test) extra="[test]" extras=test ;; *) venv="" ;; esac
[ -n "$venv" ] || fail "usage: setup.sh run|test VENV"
system=$(uname -s)
case "$system" in Linux | Darwin) ;; *) fail "Tao runs on Linux and macOS; this is $system." ;; esac
case "$system ${TORCH:-}" in
    "Darwin cuda") fail "TORCH=cuda needs an NVIDIA GPU and this is macOS: leave TORCH out." ;;
    *" " | *" cpu" | *" cuda") ;;
    *) fail "TORCH is cpu or cuda and was '$TORCH': choose one, or leave TORCH out to let Tao choose." ;;
esac
mkdir -p "$venv" || fail "could not create $venv: is the disk full or read-only?"
venv=$(cd "$venv" && pwd)
cd "$(dirname "$0")/.." || exit 1
torch_version=$(sed -n 's/^ *"torch==\([0-9.]*\)".*/\1/p' pyproject.toml)
trap 'fail "interrupted: run the same command again to carry on."' INT TERM

lock
if is_ready "$purpose" && has_torch && [ -x "$venv/bin/python" ]; then
    touch "$venv/.$purpose-ready"
    exit 0
fi
rm -f "$venv/.run-ready" "$venv/.test-ready"
choose_python
if [ "$system" = Darwin ]; then macos_packages
elif command -v apt-get >/dev/null 2>&1; then debian_packages
else other_linux_packages
fi
make_environment
install_packages
check_imports
compile_audio_engine
mark_ready
say "ready"
