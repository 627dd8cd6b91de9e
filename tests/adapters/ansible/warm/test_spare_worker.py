"""A worker forked ahead of its attempt: it is that attempt's when it is told so, and leaves nothing where it is not."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.domain.evidence.attempt import Acceleration
from tests.adapters.ansible.local_runs import RUNS, request, told_by, until
from tests.adapters.ansible.warm.warm_port import Warm, done, gone


@pytest.fixture
def warm(tmp_path: Path) -> Warm:
    return Warm(tmp_path)


def spare_of(warm: Warm, accelerate: Acceleration | None = None) -> int:
    """The one process that the zygote of such runs has forked for them, once it waits in its cgroup."""
    warm.port.make_ready(str(RUNS), accelerate)
    zygote = warm.start.pid
    assert zygote is not None
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        forked = children(zygote)
        if accelerate is not None:
            forked = [child for second in forked for child in children(second)]
        if forked and (group_of(forked[0]) or not os.access("/sys/fs/cgroup", os.W_OK)):
            return forked[0]
        time.sleep(0.02)
    raise AssertionError("there is no spare")


def children(pid: int) -> list[int]:
    """What a process has forked."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def group_of(pid: int) -> Path | None:
    """The cgroup of a spare; None while it has none of its own."""
    own = Path(f"/proc/{pid}/cgroup").read_text().splitlines()[-1].rpartition(":")[2]
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    mount = next(fields[1] for fields in mounts if fields[2] == "cgroup2")
    return Path(mount + own) if "/orch-spare-" in own else None


def test_it_becomes_the_worker_and_all_that_runs_is_in_its_cgroup(warm: Warm, tmp_path: Path) -> None:
    spare = spare_of(warm)
    group = group_of(spare)
    task = {
        "name": "Deploy",
        "ansible.builtin.shell": f"cat /proc/self/cgroup /proc/$PPID/cgroup > {tmp_path}/log",
    }
    (tmp_path / "site.yml").write_text(json.dumps([{"hosts": "one", "gather_facts": False, "tasks": [task]}]))
    mark = AttemptFolder(warm.root / "attempts", "a1")
    warm.port.start(request("a1", "site.yml", project=tmp_path))
    assert done(until(warm.port, "a1", "finished"))
    claim = json.loads((warm.root / "attempts/a1/claim.json").read_text())
    assert claim["pid"] == spare
    assert claim["cgroup"] == (None if group is None else str(group))
    groups = {line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("0::")}
    assert group is None or [line.rpartition("/")[2] for line in groups] == [group.name]
    assert gone(spare)
    assert process.tree(marker=mark.mark(), group=None) == []
    assert group is None or not group.exists()


def test_until_it_is_told_it_carries_no_mark_of_an_attempt(warm: Warm) -> None:
    environment = Path(f"/proc/{spare_of(warm)}/environ").read_bytes().split(b"\0")
    assert b"ORCH_ATTEMPT=" + b"-" * 200 in environment


def test_where_it_was_killed_another_worker_is_forked(warm: Warm) -> None:
    spare = spare_of(warm)
    os.kill(spare, signal.SIGKILL)
    assert "warm.zygote" in warm.run("a1")
    assert done(until(warm.port, "a1", "finished"))
    assert (warm.root / "log").read_text() == "one a1\n"


def test_where_it_stands_still_another_worker_is_forked_and_one_of_both_runs(warm: Warm) -> None:
    spare = spare_of(warm)
    os.kill(spare, signal.SIGSTOP)
    warm.run("a1")
    os.kill(spare, signal.SIGCONT)
    assert done(until(warm.port, "a1", "finished"))
    assert gone(spare)
    assert (warm.root / "log").read_text() == "one a1\n"


@pytest.mark.parametrize("how", ["let go", "killed"])
def test_it_ends_with_its_zygote(warm: Warm, how: str) -> None:
    spare = spare_of(warm)
    group = group_of(spare)
    if how == "let go":
        warm.port.let_go()
        assert gone(spare, 0.02)
    else:
        warm.kill()
    assert gone(spare)
    assert group is None or not group.exists()


@pytest.mark.skipif(not os.access("/sys/fs/cgroup", os.W_OK), reason="there are no cgroups to leave")
def test_one_of_an_accelerated_zygote_leaves_no_cgroup_when_both_zygotes_end(warm: Warm) -> None:
    """The second zygote is ended by the kernel as soon as the first is gone, whatever it is doing."""
    for _ in range(3):
        spare = spare_of(warm, "mitogen")
        group = group_of(spare)
        warm.port.let_go()
        assert gone(spare)
        assert group is not None
        assert not group.exists()


EXPIRED = r"""
import os, signal, socket, sys, time
from orchestrator.adapters.ansible.warm import spare_worker
spare_worker.LASTS = 0.1
def be(path, enter):
    os.write(1, f"worker of {path}\n".encode())
    os._exit(0)
spare = spare_worker.SpareWorker()
driver, its = socket.socketpair()
spare.prepare(be, driver)
first = spare._process
spare.prepare(be, driver)
told = [spare._process == first]
time.sleep(1)
told += [spare.take(b"/late"), spare.take(b"/none")]
spare_worker.LASTS = 30
spare.prepare(be, driver)
told.append(spare.take(b"/a"))
os.wait(), os.wait()
print(*told)
"""


def test_one_waits_at_a_time_and_not_for_ever() -> None:
    assert told_by(EXPIRED).splitlines() == ["worker of /a", "True False False True"]


TWICE = r"""
import os, signal, socket
from pathlib import Path
from orchestrator.adapters.ansible.warm import spare_worker
driver, its = socket.socketpair()
spare = spare_worker.SpareWorker()
signal.signal(signal.SIGALRM, lambda *_: spare.dismiss())
top = Path(next(line.split()[1] for line in open("/proc/mounts") if line.split()[2] == "cgroup2"))
left = []
for number in range(1, 16):
    spare.prepare(lambda path, enter: os._exit(0), driver)
    signal.setitimer(signal.ITIMER_REAL, number * 0.002)
    spare.dismiss()
    signal.setitimer(signal.ITIMER_REAL, 0)
    name = f"/orch-spare-{os.wait()[0]}-"
    left += [folder for folder, _, _ in os.walk(top) if name in folder]  # others' groups go while this looks
print(left)
"""


def test_told_to_end_while_it_ends_it_leaves_no_cgroup() -> None:
    assert told_by(TWICE) == "[]\n"
