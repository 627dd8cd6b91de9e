#!/usr/bin/env bash
# Make .venv-bench: the tools to compare with, beside orch's own packages, so that all use the same Ansible.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

venv=.venv-bench
stamp="$venv/.made"
wanted() { pwd; cat requirements.lock; sed -n '/^bench = \[/,/^\]/p' pyproject.toml; }
[ -x "$venv/bin/python" ] && wanted | cmp -s - "$stamp" && exit 0

mapfile -t packages < <(sed -n '/^bench = \[/,/^\]/s/^ *"\(.*\)",$/\1/p' pyproject.toml)
does "makes $venv with ${packages[*]}"
rm -rf "$venv"
.venv/bin/python -m venv "$venv"
own="$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
echo "$own" >"$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/orch.pth"
"$venv/bin/python" -m pip --disable-pip-version-check install -qq "${packages[@]}"
wanted >"$stamp"
