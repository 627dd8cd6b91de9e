"""Which Debian packages are missing is asked of dpkg: also those that an installed package of another name brings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What dpkg-query prints of each package in the forms that setup/debian.sh asks for.
_DPKG_QUERY = """#!/bin/sh
case "$*" in
    *"Provides"*) printf 'installed nodejs-dev, npm (= 20), nodejs-doc\\nconfig-files crun-provider, crun\\ninstalled \\n' ;;
    *" nodejs") printf installed ;;
    *" removed") printf config-files ;;
    *) exit 1 ;;
esac
"""


@pytest.mark.parametrize(
    ("package", "ends_with"),
    [
        ("nodejs", 0),
        ("npm", 0),
        ("nodejs-doc", 0),
        ("nodejs-d", 1),
        ("removed", 1),
        ("crun", 1),
        ("unheard-of", 1),
    ],
)
def test_a_package_is_missing_unless_it_or_one_that_brings_it_is_installed(
    tmp_path: Path, package: str, ends_with: int
) -> None:
    program = tmp_path / "dpkg-query"
    program.write_text(_DPKG_QUERY)
    program.chmod(0o755)
    looked = subprocess.run(
        [str(ROOT / "setup/debian.sh"), "--look", package],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == ends_with, looked.stderr
    assert (f"apt-get install --no-install-recommends {package}" in looked.stderr) == bool(ends_with)
