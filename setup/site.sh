#!/usr/bin/env bash
# Build the pages of docs/ as a site in site/, and check it. What builds it is in .venv-site, apart from orch's own packages.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv-site
if [ ! -x "$venv/bin/zensical" ]; then
    echo "Making $venv with what builds the site."
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "zensical==0.0.73"
fi
"$venv/bin/zensical" build --strict --clean
"$venv/bin/python" setup/site.py site
