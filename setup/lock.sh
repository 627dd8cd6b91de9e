#!/usr/bin/env bash
# Rewrite requirements.lock from pyproject.toml. Needs the registry; run by hand when a dependency changes.
# With --upgrade every package moves to its newest allowed version; without it only those that must.
set -euo pipefail
cd "$(dirname "$0")/.."

tool="$(mktemp -d)"
trap 'rm -rf "$tool"' EXIT
python3 -m venv "$tool/venv"
"$tool/venv/bin/pip" install --quiet --disable-pip-version-check uv

cp requirements.lock "$tool/lock" 2>/dev/null || true
# --no-config: the lock must not carry this machine's own indexes or paths.
"$tool/venv/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --extra apprise --extra dev --extra mitogen --extra nodes --extra pdf --extra postgresql --extra serve --generate-hashes \
    --no-header --no-annotate --no-emit-index-url "$@" pyproject.toml --output-file "$tool/lock" >/dev/null

{
    echo "# Locked packages of the runtime and of the extras apprise, dev, mitogen, nodes, pdf, postgresql and serve, every published file's digest beside it."
    echo "# Written by setup/lock.sh from pyproject.toml; edit that one and run the script."
    grep -v '^#' "$tool/lock"
} >requirements.lock
echo "requirements.lock: $(grep -c '==' requirements.lock) packages"

{
    echo "# Locked packages of what builds the pages of docs/ as a site, every published file's digest beside it."
    echo "# Written by setup/lock.sh from setup/site.in; edit that one and run the script."
    "$tool/venv/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url "$@" setup/site.in
} >setup/site.lock
echo "setup/site.lock: $(grep -c '==' setup/site.lock) packages"

# The same versions without digests, which pipx and uv take beside a wheel whose own digest nobody could have written there.
{
    echo "# The versions of requirements.lock, for those who install orch with pipx or uv (docs/install.md)."
    echo "# Written by setup/lock.sh."
    sed -nE 's/^([a-z0-9-]+==[^\\]*[^\\ ]) *\\?$/\1/p' requirements.lock
} >constraints.txt
echo "constraints.txt: $(grep -c '==' constraints.txt) versions"
