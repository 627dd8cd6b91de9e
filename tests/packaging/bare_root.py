"""A root as small as a container of a CI: Debian's Python and ssh, the wheel, no terminal, a project, the keys of labs."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from orchestrator.lab.paths import HOME as LABS
from orchestrator.lab.roots.base import ready_base
from tests.packaging.wheels import OF_EXTRAS, OF_ORCH, ROOT, built

ENTER = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$FOLDER/upper,workdir=$FOLDER/work" "$FOLDER/root"
mkdir -p "$FOLDER/root/builds/shop" "$FOLDER/root$LABS"
mount --rbind "$PROJECT" "$FOLDER/root/builds/shop"
mount --rbind "$LABS" "$FOLDER/root$LABS"
mount -t proc proc "$FOLDER/root/proc"
mount -t tmpfs tmpfs "$FOLDER/root/tmp"
mount -t tmpfs tmpfs "$FOLDER/root/dev/shm"
exec chroot "$FOLDER/root" /usr/bin/env -i -C /builds/shop "$@"
"""


@dataclass(frozen=True)
class BareRoot:
    """A root that only this object's commands see; `folder` keeps what they write."""

    folder: Path
    project: Path

    def run(
        self, script: str, environment: dict[str, str] | None = None, seconds: float = 240
    ) -> subprocess.CompletedProcess[str]:
        """A shell script in a session of its own, below a process 1 of its own, without a terminal, with stdin closed.

        Its environment has what is named here and PATH.
        """
        variables = {"PATH": "/opt/orch/bin:/usr/bin:/bin:/usr/sbin:/sbin", **(environment or {})}
        words = [f"{name}={value}" for name, value in variables.items()]
        command = ["/bin/bash", "-e", "-o", "pipefail", "-c", f"exec 0<&-\n{script}"]
        places = {
            "BASE": str(ready_base(print)),
            "FOLDER": str(self.folder),
            "PROJECT": str(self.project),
            "LABS": str(LABS / "labs"),
        }
        alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "setsid", "--wait"]
        return subprocess.run(
            [*alone, "bash", "-c", ENTER, "enter", *words, *command],
            env={**os.environ, **places},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


def bare_root(folder: Path, project: Path) -> BareRoot:
    """The lab's base root with the wheel of this checkout in it: installed there by the root's own Python, from no index."""
    for part in ("upper", "work", "root"):
        (folder / part).mkdir(parents=True)
    project.mkdir(parents=True, exist_ok=True)
    made = BareRoot(folder, project)
    wheel = built(ROOT, folder / "dist")
    answered(made.run("python3 -m venv --without-pip /opt/orch; ls /opt/orch/lib"))
    [packages] = (folder / "upper/opt/orch/lib").glob("python3*/site-packages")
    for package in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not OF_EXTRAS.match(package.name) and not OF_ORCH.match(package.name.lstrip("_")):
            subprocess.run(["cp", "-a", str(package), str(packages)], check=True)
    shutil.copy2(wheel, project / wheel.name)
    answered(
        made.run(
            f"python -m pip install --quiet --no-deps --no-index --no-cache-dir {shlex.quote(wheel.name)}"
        )
    )
    (project / wheel.name).unlink()
    return made


def answered(ended: subprocess.CompletedProcess[str]) -> str:
    """What it printed, if it went well."""
    assert ended.returncode == 0, (ended.args[-1], ended.returncode, ended.stdout, ended.stderr)
    return ended.stdout
