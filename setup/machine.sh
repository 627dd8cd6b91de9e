#!/usr/bin/env bash
# Prepare this machine for real hosts, or say exactly what is missing and what still works. Needs .venv.
# With --tests, also for what tests start beside hosts, and with --models for the examples of models; with --look it changes nothing. Ends with 0 when the machine is ready, else with 12 (MACHINE_LACKS).
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

is_fit() {
    [ "$(uname -s)" = Linux ] || { lacks "Linux (this is $(uname -s)); real hosts are network namespaces"; return 1; }
    [ "$(id -u)" -eq 0 ] || { lacks "root; network namespaces and mounts need it"; return 1; }
    setup/debian.sh "$@" || return 1
    unshare --net --mount true 2>/dev/null || { lacks "network and mount namespaces; this container forbids them"; return 1; }
    .venv/bin/python setup/lab_base.py "$@"
}

if ! is_fit "$@"; then
    works "everything but hosts on this machine: orch against hosts of your own, make check, and"
    works "make test, which skips the tests marked fleet (with CI=true it fails instead)"
    exit 12
fi
