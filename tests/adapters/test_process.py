"""Processes on this machine: who is who, and who is left."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.errors import MachineLacks


def sleepers(seconds: str) -> list[str]:
    """Processes `sleep SECONDS`, zombies left out, by what they run and not by whose they say they are."""
    ended = subprocess.run(
        ["pgrep", "-x", "-r", "R,S,D,T", "-f", f".*sleep {seconds}"],
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.stdout.split()


def test_run_gives_output_errors_and_code() -> None:
    ended = process.run(["sh", "-c", "cat; echo wrong >&2; exit 3"], timeout=10, text="in")
    assert ended == (3, "in", "wrong\n")


def test_run_sees_only_the_environment_it_is_given() -> None:
    ended = process.run(["/usr/bin/env"], timeout=10, environment={"ONLY": "this"})
    assert ended.output == "ONLY=this\n"


def test_run_ends_at_its_time_limit_with_its_children() -> None:
    seconds = f"{600 + secrets.randbelow(99)}.5"
    begun = time.monotonic()
    assert process.run(["sh", "-c", f"sleep {seconds} & sleep {seconds}"], timeout=0.3).exit_code is None
    assert time.monotonic() - begun < 5
    assert (
        subprocess.run(["pgrep", "-f", f"sleep {seconds}"], check=False, stdout=subprocess.DEVNULL).returncode
        == 1
    )


def test_output_is_kept_up_to_a_limit_and_read_to_its_end() -> None:
    """Measured by what Python allocates: a command that prints without end must not fill the memory."""
    tracemalloc.start()
    try:
        ended = process.run(
            ["sh", "-c", "head -c 50000000 /dev/zero | tr '\\0' x; echo done >&2"], timeout=60, most=1000
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (ended.exit_code, ended.output, ended.errors) == (0, "x" * 1000, "done\n")
    assert peak < 5_000_000


def test_a_program_that_prints_without_end_ends_at_its_time_limit() -> None:
    ended = process.run(["yes"], timeout=0.3, most=10)
    assert (ended.exit_code, ended.output) == (None, "y\n" * 5)


def test_whoever_holds_the_output_of_a_program_that_is_over_does_not_hold_us() -> None:
    ended = process.run(["sh", "-c", "setsid sleep 30 & echo started"], timeout=0.3)
    assert (ended.exit_code, ended.output) == (None, "started\n")


def test_input_is_given_also_where_nobody_reads_it() -> None:
    assert process.run(["cat"], timeout=30, text="a" * 500_000).output == "a" * 500_000
    assert process.run(["true"], timeout=30, text="a" * 500_000).exit_code == 0


def test_the_end_of_a_process_that_is_no_child_is_noticed_at_once() -> None:
    made = process.run(["sh", "-c", "sleep 0.5 >/dev/null 2>&1 & echo $!"], timeout=10)
    grandchild = process.identity(int(made.output))
    assert not process.await_end(grandchild, 0.1)
    begun = time.monotonic()
    assert process.await_end(grandchild, 30.0)
    assert time.monotonic() - begun < 10
    assert process.await_end(grandchild, 30.0)
    assert process.await_end(process.identity()._replace(started=1), 30.0)


def test_a_missing_program_is_named() -> None:
    with pytest.raises(MachineLacks, match="`no-such-program` cannot be run"):
        process.run(["no-such-program"], timeout=1)


def test_a_process_is_alive_until_it_ends_and_a_zombie_is_not() -> None:
    child = subprocess.Popen(["sleep", "60"])
    known = process.identity(child.pid)
    assert process.alive(known)
    assert not process.alive(known._replace(started=known.started + 1))
    assert not process.alive(known._replace(boot="another"))
    child.kill()
    deadline = time.monotonic() + 5
    while process.alive(known) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not process.alive(known)  # not yet waited for: a zombie
    child.wait()
    assert not process.alive(known)
    with pytest.raises(ProcessLookupError):
        process.identity(child.pid)


def test_a_detached_program_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    code = "import os, time; print(os.getsid(0), os.getppid(), flush=True); time.sleep(0.5)"
    process.spawn_detached([sys.executable, "-c", code], environment={}, log=tmp_path / "log")
    deadline = time.monotonic() + 10
    while not (tmp_path / "log").read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.02)
    session, parent = map(int, (tmp_path / "log").read_text().split())
    assert session != os.getsid(0)
    assert parent != os.getpid()


@pytest.mark.parametrize("grouped", [True, False], ids=["cgroup", "no cgroup"])
def test_a_tree_ends_whatever_it_did_to_hide(tmp_path: Path, *, grouped: bool) -> None:
    marker = f"ORCH_TEST={secrets.token_hex(8)}"
    seconds = f"{700 + secrets.randbelow(99)}.25"
    code = (
        "import subprocess, sys, time; from pathlib import Path; from orchestrator.adapters import process;"
        f"process.become_subreaper(); group = process.enter_cgroup({marker[-16:]!r}) if {grouped} else None;"
        f"hide = 'setsid env -i /bin/sleep {seconds} & setsid sleep {seconds} & '"
        f"'(setsid sh -c \"sleep {seconds} & sleep {seconds}\" &)';"
        f"subprocess.run(['sh', '-c', hide]); Path({str(tmp_path / 'group')!r}).write_text(str(group or '')); time.sleep(60)"
    )
    environment = {**os.environ, "ORCH_TEST": marker.partition("=")[2]}
    root = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[2])
    known = process.identity(root.pid)
    while not (tmp_path / "group").exists() or len(sleepers(seconds)) < 4:
        time.sleep(0.02)
    named = (tmp_path / "group").read_text()
    group = Path(named) if named else None
    assert grouped == (group is not None) or not os.access("/sys/fs/cgroup", os.W_OK)
    assert len(process.tree(marker=marker, group=group, root=root.pid)) >= 4
    assert process.end_tree(marker=marker, group=group, root=known)
    assert process.tree(marker=marker, group=group, root=None) == []
    assert (
        subprocess.run(["pgrep", "-f", f"sleep {seconds}"], check=False, stdout=subprocess.DEVNULL).returncode
        == 1
    )
    assert root.wait() == -9
    process.remove_cgroup(group)
    assert group is None or not group.exists()


REMARKED = """
import os, subprocess, sys
from orchestrator.adapters import process
def is_marked():
    return sys.argv[1].encode() in open("/proc/self/environ", "rb").read().split(b"\\0")
print(process.remark(sys.argv[1]), is_marked(), flush=True)
if os.fork() == 0:
    print(is_marked(), len(process.tree(marker="ORCH_MARK=----------", group=None)), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize(
    ("mark", "marks"),
    [
        ("ORCH_MARK=short", ["True", "True", "True", "0"]),
        ("ORCH_MARK=0123456789", ["True", "True", "True", "0"]),
        ("ORCH_MARK=too-long-for-it", ["False", "False", "False", "1"]),
        ("ORCH_OTHER=x", ["False", "False", "False", "1"]),
    ],
)
def test_a_process_can_be_found_by_another_mark_than_it_was_started_with(mark: str, marks: list[str]) -> None:
    ended = process.run(
        [sys.executable, "-c", REMARKED, mark],
        timeout=30,
        environment={"FIRST": "1", "ORCH_MARK": "-" * 10, "LAST": "1"},
        directory=Path(__file__).parents[2],
    )
    assert ended.output.split() == marks


# marker that is sought, and whether it is that of a process with ORCH_TEST=a1.4f
MARKERS = [
    ("ORCH_TEST=a1.4f", True),
    ("ORCH_TEST=a1.", True),
    ("ORCH_TEST=a1", False),
    ("ORCH_TEST=a", False),
    ("ORCH_TEST=a1.4", False),
    ("ORCH_TEST=1.", False),
]


@pytest.mark.parametrize(("marker", "seen"), MARKERS)
def test_a_marker_or_the_beginning_of_several(marker: str, seen: bool) -> None:  # noqa: FBT001
    name = f"ORCH_{secrets.token_hex(6)}"
    with subprocess.Popen(["sleep", "60"], env={name: "a1.4f"}) as sleeper:
        try:
            assert (
                process.tree(marker=marker.replace("ORCH_TEST", name), group=None) == [sleeper.pid]
            ) is seen
        finally:
            sleeper.kill()
