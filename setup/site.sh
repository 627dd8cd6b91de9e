#!/usr/bin/env bash
# Build the pages of docs/ as a site in site/, and check it. What builds it is in .venv-site, apart from orch's own packages. Needs .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

venv=.venv-site
stamp="$venv/.locked"

ingredients() { pwd; .venv/bin/python --version; cat setup/site.lock; }

if ! { [ -x "$venv/bin/zensical" ] && ingredients | cmp -s - "$stamp"; }; then
    does "makes $venv with what builds the site: the packages of setup/site.lock"
    .venv/bin/python -m venv --clear "$venv"
    "$venv/bin/pip" install -qq --disable-pip-version-check --require-hashes --no-deps -r setup/site.lock
    ingredients >"$stamp"
fi
"$venv/bin/zensical" build --strict --clean
"$venv/bin/python" setup/site.py site
