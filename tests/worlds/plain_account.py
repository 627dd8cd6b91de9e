"""An account of a person on this machine who is not root, with a home, and with numbers of its own for containers."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


class PlainAccount:
    """Its name, its home, and the environment in which its programs run."""

    def __init__(self, name: str) -> None:
        entry = pwd.getpwnam(name)
        self.name, self.home, self.uid, self.gid = name, Path(entry.pw_dir), entry.pw_uid, entry.pw_gid
        runtime = self.home / "runtime"
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "USER": name,
            "LOGNAME": name,
            # What a login gives: without it podman takes a folder in /tmp.
            "XDG_RUNTIME_DIR": str(runtime),
        }
        runtime.mkdir(mode=0o700)
        self.own(runtime)

    def own(self, folder: Path) -> None:
        """From now on all of this folder is this account's."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def words(self, *command: str) -> list[str]:
        """A command as root gives it, to run it as this account."""
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", *command]


@contextmanager
def plain_account() -> Iterator[PlainAccount]:
    """An account for a test; all that is its own goes with it."""
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        pytest.skip("only root can make accounts")
    name = f"orchplain{os.getpid()}"
    with TemporaryDirectory(prefix="orch-plain-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        home = ["--create-home", "--home-dir", f"{place}/home", "--shell", "/bin/sh"]
        subprocess.run(["useradd", "--user-group", *home, name], check=True)
        try:
            yield PlainAccount(name)
        finally:
            # By force: podman's own process may be dead and not yet reaped.
            subprocess.run(["userdel", "--force", name], check=False, capture_output=True)
