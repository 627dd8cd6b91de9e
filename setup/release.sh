#!/usr/bin/env bash
# Build the files of a release into dist/: a wheel and a source archive that name their commit.
# Changes nothing else, and publishes nothing. docs/releasing.md says what comes before and after.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)"
refuse() { lacks "$*"; exit 1; }

[ -z "$(git status --porcelain)" ] || refuse "a clean checkout: commit or stash what git status shows"
grep -q "^__version__ = \"$version\"$" orchestrator/__init__.py || refuse "the version $version in orchestrator/__init__.py"
grep -q "^## $version " CHANGELOG.md || refuse "a heading \"## $version (DATE)\" in CHANGELOG.md"
[ "$(git tag --points-at HEAD --list "v$version")" = "v$version" ] || refuse "the tag v$version on this commit"

trap 'rm -f orchestrator/COMMIT' EXIT
git rev-parse --short=12 HEAD >orchestrator/COMMIT
# The same commit gives the same bytes.
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH
rm -rf dist
mkdir dist
does "builds orch $version of commit $(cat orchestrator/COMMIT) into dist/"
.venv/bin/hatchling build -d dist -t sdist -t wheel
cp constraints.txt dist/
(cd dist && sha256sum ./*.whl ./*.tar.gz ./constraints.txt >SHA256SUMS)
