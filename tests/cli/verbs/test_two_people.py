"""Two real accounts of one machine that share a store by sudo: neither can speak as the other."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from orchestrator.adapters.keys.key_folder import KeyFolder, make_key
from orchestrator.bootstrap import ports
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.journal import events as e
from orchestrator.errors import ExitCode
from tests.histories import START, planned

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else"),
    pytest.mark.skipif(shutil.which("useradd") is None, reason="accounts cannot be made here"),
]
KEY = ".config/orch/key.pem"


class Machine:
    """A store of root's, and the accounts of Li and Eve, each with a home and a trusted key."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "store"
        self.people = {name: pwd.getpwnam(f"orch{os.getpid()}{name}") for name in ("li", "eve")}
        for name, person in (("li", "Li Wei"), ("eve", "Eve Moss")):
            account = self.people[name]
            key = make_key(Path(account.pw_dir) / KEY)
            for path in (Path(account.pw_dir) / KEY, *(Path(account.pw_dir) / KEY).parents[:2]):
                os.chown(path, account.pw_uid, account.pw_gid)
            fields = {"key": key.key, "public": key.public, "person": person, "roles": ("service owner",)}
            trusted = TrustedKey.model_validate({**fields, "trusted_at": START, "trusted_by": "root"})
            KeyFolder(self.home / "keys").trust(trusted)
        event = planned().model_copy(update={"project": str(folder)})
        ports(self.home).journal.append("d1", 0, [event, e.Submitted(by="Li Wei")])

    def by_sudo(self, name: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """orch as root, called by this person through sudo."""
        return self._run(words, {"SUDO_UID": str(self.people[name].pw_uid), "HOME": "/root", **more})

    def as_themselves(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        account = self.people[name]
        return self._run(words, {"HOME": account.pw_dir}, account)

    def _run(
        self, words: tuple[str, ...], more: dict[str, str], account: pwd.struct_passwd | None = None
    ) -> subprocess.CompletedProcess[str]:
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(filter(None, sys.path))}
        return subprocess.run(
            [sys.executable, "-m", "orchestrator", *words],
            env={**path, "PYTHONDONTWRITEBYTECODE": "1", "ORCH_HOME": str(self.home), **more},
            cwd=self.folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def last(self) -> e.Paused:
        event = ports(self.home).journal.read("d1")[-1].event
        assert isinstance(event, e.Paused)
        return event

    def count(self) -> int:
        return len(ports(self.home).journal.read("d1"))


@pytest.fixture
def machine() -> Iterator[Machine]:
    names = [f"orch{os.getpid()}{name}" for name in ("li", "eve")]
    with TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        try:
            for name in names:
                home = ["--create-home", "--home-dir", str(folder / name)]
                subprocess.run(["useradd", "--user-group", *home, name], check=True)
            yield Machine(folder)
        finally:
            for name in names:
                subprocess.run(["userdel", name], check=False, capture_output=True)


def test_whoever_calls_sudo_speaks_with_their_own_key(machine: Machine) -> None:
    done = machine.by_sudo("li", "pause", "d1", "--reason", "wait")
    assert done.returncode == ExitCode.COMPLETED, done.stderr
    event = machine.last()
    assert event.by == "Li Wei"
    assert event.spoken is not None
    assert (event.spoken.speaker.uid, event.spoken.speaker.caller) == (0, machine.people["li"].pw_name)


def test_neither_can_speak_as_the_other(machine: Machine) -> None:
    li = str(Path(machine.people["li"].pw_dir) / KEY)
    before = machine.count()
    for words, more in (
        (("--by", "Li Wei"), {}),
        (("--by", machine.people["li"].pw_name), {}),
        (("--key", li), {}),
        ((), {"ORCH_KEY": li}),
    ):
        refused = machine.by_sudo("eve", "pause", "d1", *words, **more)
        assert refused.returncode == ExitCode.REFUSED, (words, more, refused.stderr)
        assert "Traceback" not in refused.stderr
    done = machine.by_sudo("eve", "pause", "d1", LOGNAME="li", USER="li", SUDO_USER="li")
    assert done.returncode == ExitCode.COMPLETED, done.stderr
    assert (machine.count(), machine.last().by) == (before + 1, "Eve Moss")


def test_without_sudo_the_store_and_the_key_of_another_are_closed(machine: Machine) -> None:
    for words in (("pause", "d1"), ("pause", "d1", "--key", str(Path(machine.people["li"].pw_dir) / KEY))):
        refused = machine.as_themselves("eve", *words)
        assert refused.returncode not in (ExitCode.COMPLETED, ExitCode.INTERNAL), refused.stderr
        assert refused.stderr.strip()
        assert "Traceback" not in refused.stderr
    assert machine.count() == 2
