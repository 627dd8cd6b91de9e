"""A wheel of this checkout, and an environment that has it and the core, without one extra and without the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
OF_EXTRAS = re.compile(r"(ansible_)?mitogen|psycopg|typst|apprise")
OF_ORCH = re.compile(r"orch_release|_?editable|orchestrator")


def built(source: Path, into: Path, target: str = "wheel") -> Path:
    """The file that the backend builds of this source tree."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)],
        cwd=source, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    [file] = into.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return file


@dataclass(frozen=True)
class Installed:
    """An environment that has orch."""

    prefix: Path

    @property
    def python(self) -> Path:
        return self.prefix / "bin/python"

    @property
    def shipped(self) -> Path:
        [site] = self.prefix.glob("lib/python3*/site-packages")
        return site / "orchestrator/shipped"

    def run(self, folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `orch` as somebody who has no checkout: an environment of its own, and another folder."""
        return self._run(folder, [str(self.prefix / "bin/orch"), *words], environment)

    def ask(self, folder: Path, program: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program there."""
        return self._run(folder, [str(self.python), "-c", program], {})

    def _run(
        self, folder: Path, command: list[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        usual = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(folder), "LANG": "C.UTF-8"}
        return subprocess.run(
            command, cwd=folder, env={**usual, **environment}, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip


def installed(wheel: Path, prefix: Path) -> Installed:
    """The wheel by pip, and the packages of this environment without those of extras: no index is asked."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(prefix)], check=True, timeout=60)
    made = Installed(prefix)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(made.python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, str(wheel)], check=True, timeout=120)
    [site] = prefix.glob("lib/python3*/site-packages")
    for package in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not OF_EXTRAS.match(package.name) and not OF_ORCH.match(package.name.lstrip("_")):
            target = site / package.name
            if not target.exists():
                target.symlink_to(package)
    return made
