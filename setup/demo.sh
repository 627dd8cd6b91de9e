#!/usr/bin/env bash
# The demonstration: six real hosts, a first deployment, a phased one that completes, and a pilot that acceptance stops and
# that is backed out. Everything it makes is in .orch-demo/ and in the lab `demo`; it says how to remove both.
set -euo pipefail
cd "$(dirname "$0")/.."
orch=.venv/bin/orch
export ORCH_HOME=$PWD/.orch-demo
inventory=$PWD/inventories/demo
began=$SECONDS

title() { printf '\n== %s\n' "$*"; }

# The plans name inventories/lab; the demonstration has hosts of its own, so that it disturbs no lab of yours.
plan() {
  mkdir -p .orch-demo/plans
  sed "s#inventories/lab#inventories/demo#" "plans/$1.yml" >".orch-demo/plans/$1.yml"
  echo ".orch-demo/plans/$1.yml"
}

deploy() {
  local expected=$1 plan=$2 code=0
  echo "\$ orch deploy $plan"
  "$orch" deploy "$plan" || code=$?
  if [ "$code" -ne "$expected" ]; then
    echo "The demonstration expected exit code $expected and got $code; the record above says why." >&2
    exit 1
  fi
}

title "1. Six real hosts: a network namespace, a root file system and systemd each"
"$orch" lab down --name demo >/dev/null 2>&1 || true
rm -rf .orch-demo
"$orch" lab up --name demo --hosts 6 --inventory-dir inventories
mkdir -p "$inventory/group_vars"
cp -R inventories/lab/group_vars/. "$inventory/group_vars/"

title "2. The shop's first deployment, to all hosts at once"
deploy 0 "$(plan shop-1.0.0)"

title "3. Release 1.1.0, phased: one host, then more, then the rest; verified after each wave"
deploy 0 "$(plan shop-1.1.0)"

title "4. Release 1.2.0, pilot: it starts, but does not pass its acceptance checks"
echo "   (exit code 5 is expected: failed, backed out, and the restoration proved)"
deploy 5 "$(plan shop-1.2.0)"

title "What is on record"
"$orch" list
for id in $("$orch" list --json | .venv/bin/python -c 'import json,sys; [print(json.loads(l)["id"]) for l in sys.stdin]'); do
  "$orch" record show "$id" --html ".orch-demo/$id.html" >/dev/null
  echo "  record: .orch-demo/$id.html"
done

cat <<END

The demonstration took $((SECONDS - began)) s after set-up. More to look at:
  ORCH_HOME=.orch-demo .venv/bin/orch record show          the newest record
  .venv/bin/orch lab ssh web1 --name demo                  log in to a host
  .venv/bin/orch lab down --name demo                      remove the hosts
END
