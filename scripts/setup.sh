#!/bin/sh
# Everything Tao needs, from a bare machine: system packages, a virtual environment, the Python packages.
# Usage: setup.sh run|test VENV. Says what it does; does nothing twice; fails with one sentence.
set -u
purpose=$1
venv=$2

say() { printf 'tao: %s\n' "$*"; }
fail() { printf 'tao: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else fail "needed root to run '$*' and found no sudo: run that as root, then try again."
    fi
}

missing_debian_packages() {
    wanted="libportaudio2 libjack-jackd2-0"
    [ "$purpose" = test ] && wanted="$wanted jackd2"
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || wanted="$wanted ${python##*/}-venv"
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
    done
}

install_debian_packages() {
    missing=$(missing_debian_packages)
    [ -n "$missing" ] || return 0
    say "installing system packages: $missing"
    log=$(mktemp)
    # word splitting of $missing is meant
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1 \
        || { tail -n 5 "$log" >&2; fail "apt-get could not install $missing: install them by hand, then try again."; }
    rm -f "$log"
}

install_macos_packages() {
    command -v brew >/dev/null 2>&1 || fail "needed Homebrew for JACK and found none: install it from brew.sh, then try again."
    for package in jack libsndfile; do
        brew list "$package" >/dev/null 2>&1 || { say "installing $package"; brew install -q "$package"; } \
            || fail "brew could not install $package: install it by hand, then try again."
    done
}

find_python() {
    for candidate in "${PYTHON:-}" python3.12 python3.11 python3; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null \
            && { command -v "$candidate"; return 0; }
    done
    return 1
}

if [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null 2>&1 && ! find_python >/dev/null; then
    say "installing Python"
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv; } \
        >/dev/null 2>&1
fi
python=$(find_python) || fail "needed Python 3.11 or 3.12 and found neither: install one, or name it with PYTHON=/path/to/python3.11."

case "$(uname -s)" in
    Linux)
        if command -v apt-get >/dev/null 2>&1; then install_debian_packages
        elif ! ldconfig -p 2>/dev/null | grep -q libportaudio.so.2; then
            fail "needed PortAudio and JACK's library: install them with this system's package manager, then try again."
        fi ;;
    Darwin) install_macos_packages ;;
    *) fail "Tao runs on Linux and macOS; this is $(uname -s)." ;;
esac

if [ ! -x "$venv/bin/python" ]; then
    say "making the virtual environment $venv with $python"
    "$python" -m venv "$venv" || fail "$python could not make a virtual environment in $venv: is the disk full or read-only?"
fi

extra=""
[ "$purpose" = test ] && extra="[test]"
say "installing Tao and its Python packages (several GB the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".$extra" \
    || fail "pip could not install Tao's packages: see the lines above; check the network and the disk, then try again."
touch "$venv/.run-ready"
[ "$purpose" = test ] && touch "$venv/.test-ready"
say "ready"
exit 0
