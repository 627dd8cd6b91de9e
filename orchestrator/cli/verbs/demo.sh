#!/usr/bin/env bash
# The demonstration, in a folder that `orch demo` has written the example into: six real hosts, a first deployment, a phased one
# that completes, and a pilot that acceptance stops and that is backed out. It says how to remove what it made.
set -euo pipefail
orch() { "$ORCH_PYTHON" -m orchestrator "$@"; }
began=$SECONDS

title() { printf '\n== %s\n' "$*"; }

# The plans name inventories/lab; the demonstration has hosts of its own, so that it disturbs no lab of yours.
plan() {
  sed -i "s#inventories/lab\b#inventories/demo#" "plans/$1.yml"
  echo "plans/$1.yml"
}

deploy() {
  local expected=$1 plan=$2 code=0
  echo "\$ orch deploy $plan"
  orch deploy "$plan" || code=$?
  if [ "$code" -ne "$expected" ]; then
    echo "The demonstration expected exit code $expected and got $code; the record above says why." >&2
    exit 1
  fi
}

title "1. Six real hosts: a network namespace, a root file system and systemd each"
orch lab down --name demo >/dev/null 2>&1 || true
orch lab up --name demo --hosts 6 --inventory-dir inventories
cp -R inventories/lab/group_vars inventories/demo/

title "2. The shop's first deployment, to all hosts at once"
deploy 0 "$(plan shop-1.0.0)"

title "3. Release 1.1.0, phased: one host, then more, then the rest; verified after each wave"
deploy 0 "$(plan shop-1.1.0)"

title "4. Release 1.2.0, pilot: it starts, but does not pass its acceptance checks"
echo "   (exit code 5 is expected: failed, backed out, and the restoration proved)"
deploy 5 "$(plan shop-1.2.0)"

title "What is on record"
orch list
for id in $(orch list --json | "$ORCH_PYTHON" -c 'import json,sys; [print(json.loads(l)["id"]) for l in sys.stdin]'); do
  orch record show "$id" --html "$id.html" >/dev/null
  echo "  record: $ORCH_DEMO/$id.html"
done

cat <<END

The demonstration took $((SECONDS - began)) s after set-up. More to look at, with orch from the environment that it is installed in:
  the newest record   ${ORCH_SUDO}ORCH_HOME=$ORCH_DEMO/.orch $ORCH_PROGRAM record show
  log in to a host    ${ORCH_SUDO}$ORCH_PROGRAM lab ssh web1 --name demo
  serve its pages     ${ORCH_SUDO}ORCH_HOME=$ORCH_DEMO/.orch $ORCH_PROGRAM serve    (at http://localhost:8080/)
  remove the hosts    ${ORCH_SUDO}$ORCH_PROGRAM lab down --name demo
END
