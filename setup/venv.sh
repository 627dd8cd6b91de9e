#!/usr/bin/env bash
# Make .venv with the locked packages and orch itself. Does nothing when it is there and the lock has not changed.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

venv=.venv
stamp="$venv/.locked"

chosen_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    lacks "Python 3.11 or newer was not found (set PYTHON=/path/to/python3 to name one)."
    exit 1
}

# Debian ships python3 without ensurepip; the package python3-venv brings it.
has_ensurepip() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

wanted="$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1) $PWD"
if [ -x "$venv/bin/orch" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

python="$(chosen_python)"
if ! has_ensurepip "$python"; then
    setup/debian.sh python3-venv
    has_ensurepip "$python" || { lacks "$python cannot make virtual environments (no ensurepip)."; exit 1; }
fi

does "makes $venv with $("$python" --version) and the packages of requirements.lock"
rm -f "$stamp"
[ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null || "$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
"$venv/bin/python" -m pip check --disable-pip-version-check >/dev/null ||
    { "$venv/bin/python" -m pip check; lacks "the packages of $venv do not fit together."; exit 1; }
echo "$wanted" >"$stamp"
