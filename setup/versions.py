"""Make an environment for each series of ansible-core: `python setup/versions.py [--slice | SERIES...]`.

Each is `.venv-versions/SERIES`, made with the first fitting Python that this machine has, and left alone once it is there. What
cannot be made is named on standard error, and the others are made. `--slice`: one that starts each run in the cold and one
newer than orch's own, the two that `make test` uses. Ends with 0 when all were made, else with 12 (MACHINE_LACKS).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".venv-versions"
# Which Pythons a controller may have (Ansible's support matrix), those that spread best first.
SERIES: dict[str, tuple[int, ...]] = {
    "2.16": (10, 11, 12),
    "2.17": (11, 10, 12),
    "2.18": (12, 11, 13),
    "2.19": (12, 13, 11),
    "2.20": (13, 12, 14),
    "2.21": (13, 12, 14),
    "2.22": (13, 14),
}
COLD, NEWER = ("2.16", "2.17", "2.18"), ("2.22", "2.21", "2.20")
_SECONDS = 600
# Tests of connections use it; it is optional to Ansible.
_BESIDE = "paramiko>=3.5"


def python_of(minor: int) -> Path | None:
    """A Python 3.MINOR of this machine that can make environments: on PATH, or of a version manager."""
    name = f"python3.{minor}"
    managed = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    paths = sorted(managed.glob(f"3.{minor}.*/bin/{name}"))
    on_path = shutil.which(name)
    if on_path is not None:
        paths.append(Path(on_path))
    for path in paths:
        if _ends_well([str(path), "-c", "import ensurepip, ssl, venv"], 30):
            return path
    return None


def environment_of(series: str) -> Path:
    """Where the environment of a series is, or will be."""
    return FOLDER / series


def is_made(series: str) -> bool:
    """Whether an environment is there, whole."""
    return (environment_of(series) / ".made").is_file() and (
        environment_of(series) / "bin/ansible-playbook"
    ).exists()


def make(series: str) -> str | None:
    """Make the environment of a series; why not, in words, or None when it is there."""
    if is_made(series):
        return None
    pythons = (python_of(minor) for minor in SERIES[series])
    python = next((path for path in pythons if path is not None), None)
    if python is None:
        wanted = " or ".join(f"3.{minor}" for minor in sorted(SERIES[series]))
        return f"ansible-core {series}: this machine has no Python {wanted}"
    folder = environment_of(series)
    shutil.rmtree(folder, ignore_errors=True)
    if not _ends_well([str(python), "-m", "venv", str(folder)], _SECONDS):
        return f"ansible-core {series}: {python} makes no environment"
    pip = [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    # A candidate for a series is taken where there is no release of it yet.
    packages = [f"ansible-core>={series}.0rc0,<{series}.999", _BESIDE]
    if not _ends_well([*pip, "--prefer-binary", *packages], _SECONDS):
        return f"ansible-core {series}: pip cannot install it"
    (folder / ".made").write_text(f"{python}\n")
    return None


def first_made(several: tuple[str, ...]) -> list[str]:
    """Why none of several could be made; empty as soon as one is."""
    lacks: list[str] = []
    for series in several:
        lack = make(series)
        if lack is None:
            return []
        lacks.append(lack)
    return lacks


def _ends_well(command: list[str], seconds: float) -> bool:
    try:
        ended = subprocess.run(
            command, capture_output=True, check=False, timeout=seconds, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _lacks(words: list[str]) -> Iterator[str]:
    with ThreadPoolExecutor(2) as pool:
        if words == ["--slice"]:
            for lacks in pool.map(first_made, (COLD, NEWER)):
                yield from lacks
        else:
            yield from (lack for lack in pool.map(make, words or SERIES) if lack is not None)


def main(words: list[str]) -> int:
    """0 when everything that was asked for is there."""
    unknown = [word for word in words if word not in SERIES and word != "--slice"]
    if unknown:
        print(f"no such series: {', '.join(unknown)}; there are {', '.join(SERIES)}", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    lacks = list(_lacks(words))
    for lack in lacks:
        print(f"-- lacks {lack}", file=sys.stderr)
    return 12 if lacks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
