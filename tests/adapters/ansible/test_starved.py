"""An attempt that this machine has no room for runs nothing, and says what was lacking; nothing of it is a crash."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import pytest

from orchestrator.adapters.ansible import worker
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.starved import LACKS
from orchestrator.errors import StoreFault
from tests.adapters.ansible.local_runs import request
from tests.worlds.small_disk import disk_of, fill


def failing(error: OSError) -> worker.Start:
    """A start of ansible-playbook that fails so."""

    def start(
        arguments: Sequence[str], environment: dict[str, str], project: str, output: IO[bytes]
    ) -> AbstractContextManager[tuple[list[str], IO[bytes]]]:
        raise error

    return start


def work(folder: AttemptFolder, error: OSError) -> int:
    """The exit code of a worker for which this happens; a process of its own, for it makes much of what it is."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = 0 if worker.work(folder, start=failing(error)) else worker.CLAIMED
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize("number", sorted(LACKS), ids=errno.errorcode.get)
def test_what_was_lacking_is_the_outcome(tmp_path: Path, number: int) -> None:
    folder = AttemptFolder(tmp_path / "attempts", "a1")
    folder.create(request("a1", "deploy.yml", purpose="backout"))
    assert work(folder, OSError(number, os.strerror(number))) == 0
    seen = AnsiblePlaybooks(tmp_path / "attempts").sight("a1")
    assert seen.state == "finished"
    assert seen.outcome is not None
    assert seen.outcome.starved == os.strerror(number)
    assert {host.result for host in seen.outcome.hosts} == {"untouched"}


def test_a_failure_of_another_kind_is_no_lack(tmp_path: Path) -> None:
    folder = AttemptFolder(tmp_path / "attempts", "a1")
    folder.create(request("a1", "deploy.yml"))
    assert work(folder, PermissionError(errno.EACCES, "no")) == 0
    seen = AnsiblePlaybooks(tmp_path / "attempts").sight("a1")
    assert seen.outcome is not None
    assert seen.outcome.starved is None


def test_a_full_disk_while_an_attempt_is_seen_or_stopped_is_a_fault_of_the_store(tmp_path: Path) -> None:
    with disk_of(2, tmp_path / "disk") as disk:
        folder = AttemptFolder(disk / "attempts", "a1")
        folder.create(request("a1", "deploy.yml"))
        fill(disk)
        playbooks = AnsiblePlaybooks(disk / "attempts", claim_within=0.0)
        with pytest.raises(StoreFault, match=r"cannot be seen.*No space left"):
            playbooks.sight("a1")
        with pytest.raises(StoreFault, match=r"cannot be stopped.*No space left"):
            playbooks.stop("a1")
