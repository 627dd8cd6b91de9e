#!/usr/bin/env bash
# Make .venv with the locked packages and orch itself. Does nothing when it is there and the lock has not changed.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

venv=.venv
stamp="$venv/.locked"

# What the environment is made from; the stamp is a copy of it, so that a moved clone or a new lock is noticed.
ingredients() { pwd; cat requirements.lock; sed -n '/^\[project/,/^\[tool/p' pyproject.toml; }
is_ready() { [ -x "$venv/bin/orch" ] && ingredients | cmp -s - "$stamp"; }

# Debian ships python3 without ensurepip; the package python3-venv brings it.
has_ensurepip() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The distribution's own Python goes first if it is complete: it is built with profiles of real programs, and one that pyenv
# compiled beside it took a fifth longer for the same work. After it, the first on PATH.
chosen_python() {
    local candidate
    if [ -z "${PYTHON:-}" ] && is_new_enough /usr/bin/python3 && has_ensurepip /usr/bin/python3; then
        echo /usr/bin/python3
        return
    fi
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    lacks "Python 3.11 or newer (set PYTHON=/path/to/python3 to choose one)"
    exit 1
}

# An environment of another Python is rebuilt.
place_of() { "$1" -c 'import sys; print(sys.base_prefix, sys.version)' 2>/dev/null; }
is_alive() { [ "$(place_of "$venv/bin/python")" = "$(place_of "$python")" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

# If Python may not write bytecode (as in many containers), each start would compile orch again: a quarter of a second.
compiled() { "$venv/bin/python" -m compileall -q orchestrator; }

is_ready && { compiled; exit 0; }
if command -v flock >/dev/null; then
    exec 9<setup/venv.sh
    flock 9
    is_ready && { compiled; exit 0; }
fi

python="$(chosen_python)"
if ! has_ensurepip "$python"; then
    setup/debian.sh python3-venv
    has_ensurepip "$python" || { lacks "ensurepip in $python, which a virtual environment needs"; exit 1; }
fi

does "makes $venv with $("$python" --version) and the packages of requirements.lock"
rm -f "$stamp"
is_alive || "$python" -m venv --clear "$venv"
pip install -qq --require-hashes --no-deps -r requirements.lock
pip install -qq --no-deps --no-build-isolation --editable .
faults="$(pip check)" || { echo "$faults" >&2; lacks "packages that fit together: requirements.lock is wrong"; exit 1; }
compiled
ingredients >"$stamp"
