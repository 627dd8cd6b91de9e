"""Every kind of check that is evaluated on the target, on this machine; what needs systemd is tested on the fleet."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.ssh.on_target.checks import KINDS, evaluate
from orchestrator.adapters.ssh.on_target.items import shell
from orchestrator.adapters.ssh.on_target.view import View
from orchestrator.domain.plan.check import CHECK_KINDS, Check

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def ask(written: dict[str, object], view: type[View] = View) -> tuple[str, str]:
    check = TypeAdapter[Check](Check).validate_python(written).model_dump()
    return evaluate(check, view([check]))


def with_systemctl(folder: Path, script: str) -> type[View]:
    """A view of a host whose systemctl is this script."""
    program = folder / "systemctl"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)

    class Scripted(View):
        systemctl = str(program)

    return Scripted


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "empty").write_text("")
    (tmp_path / "empty").chmod(0o600)
    (tmp_path / "text").write_text("version 2.4.0\n")
    (tmp_path / "link").symlink_to("text")
    (tmp_path / "dangling").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


FILES: list[tuple[dict[str, object], str, str]] = [
    ({"path": "empty"}, "passed", "file"),
    ({"path": "empty", "mode": "0600", "sha256": EMPTY}, "passed", f"file, mode 0600, sha256 {EMPTY}"),
    ({"path": "empty", "mode": "0644"}, "failed", "mode 0600"),
    ({"path": "empty", "sha256": "0" * 64}, "failed", f"sha256 {EMPTY}"),
    ({"path": "empty", "type": "directory"}, "failed", "file"),
    ({"path": "empty", "owner": "nobody"}, "failed", "owner "),
    ({"path": "empty", "exists": False}, "failed", "a file"),
    ({"path": "none"}, "failed", "no such path"),
    ({"path": "none", "exists": False}, "passed", "no such path"),
    ({"path": "empty/below", "exists": False}, "passed", "no such path"),
    ({"path": "text", "contains": "2.4.0"}, "passed", "file"),
    ({"path": "text", "contains": "2.5"}, "failed", 'without "2.5"'),
    ({"path": "link", "type": "file", "contains": "2.4"}, "passed", "file"),
    ({"path": "link", "type": "link", "target": "text"}, "passed", "link, target text"),
    ({"path": "link", "target": "other"}, "failed", "target text"),
    ({"path": "text", "target": "other"}, "failed", "a file, not a link"),
    ({"path": "dangling"}, "failed", "a link to nowhere, which does not exist"),
    ({"path": "dangling", "type": "link"}, "passed", "link"),
    ({"path": "", "type": "directory"}, "passed", "directory"),
    ({"path": "", "sha256": EMPTY}, "failed", "a directory without a digest"),
]


@pytest.mark.parametrize(("written", "answer", "finding"), FILES)
def test_files(folder: Path, written: dict[str, object], answer: str, finding: str) -> None:
    result = ask({"file": {**written, "path": f"{folder}/{written['path']}".rstrip("/")}})
    assert result[0] == answer
    assert result[1].startswith(finding) or finding in result[1]


OTHERS: list[tuple[dict[str, object], str, str]] = [
    ({"command": "exit 0"}, "passed", "exit code 0"),
    ({"command": "echo oops >&2; exit 3"}, "failed", "exit code 3: oops"),
    ({"command": {"run": "exit 3", "exit_code": 3}}, "passed", "exit code 3"),
    ({"command": {"run": "echo 2.4.0", "stdout_contains": "2.4"}}, "passed", "exit code 0: 2.4.0"),
    (
        {"command": {"run": "echo 2.3.0", "stdout_contains": "2.4"}},
        "failed",
        'exit code 0, output without "2.4": 2.3.0',
    ),
    ({"command": {"run": "sleep 20", "timeout": "200ms"}}, "failed", "no end within 0.2 s"),
    ({"command": "kill -9 $$"}, "failed", "exit code 137"),
    ({"command": {"run": "yes", "stdout_contains": "n", "timeout": "1s"}}, "failed", "no end within 1 s"),
    (
        {"command": {"run": "head -c 2000000 /dev/zero", "stdout_contains": "n"}},
        "inconclusive",
        "more than 1048576 bytes",
    ),
    ({"package": "base-files"}, "passed", "version "),
    ({"package": {"name": "base-files", "version": "0."}}, "failed", "version "),
    ({"package": {"name": "base-files", "installed": False}}, "failed", "installed, version "),
    ({"package": "no-such-package"}, "failed", "not installed"),
    ({"package": {"name": "no-such-package", "installed": False}}, "passed", "not installed"),
    ({"user": "root"}, "passed", "user 0"),
    ({"user": {"name": "root", "exists": False}}, "failed", "user 0"),
    ({"user": "no-such-user"}, "failed", "no such user"),
    ({"space": {"free": 1}}, "passed", "free"),
    ({"space": {"path": "/nowhere/yet", "free": 1}}, "passed", "free"),
    ({"space": {"free": "900000GiB"}}, "failed", "free"),
    ({"memory": "1MB"}, "passed", "available"),
    ({"memory": "9000GiB"}, "failed", "available"),
    ({"python": "3.8"}, "passed", f"{sys.version_info.major}.{sys.version_info.minor}."),
    ({"python": f"3.{sys.version_info.minor + 1}"}, "failed", "3."),
    ({"python": "3.10.0"}, "passed", "3."),
    ({"os": "plan9"}, "failed", ""),
    ({"become": "no-such-user"}, "failed", "there is no user no-such-user"),
    ({"port": 1}, "passed", "nobody listens"),
    ({"port": {"port": 1, "state": "listening"}}, "failed", "nobody listens"),
    ({"tcp": {"port": 1, "address": "127.0.0.1", "origin": "target"}}, "failed", "connection refused"),
    (
        {"tcp": {"port": 1, "address": "127.0.0.1", "origin": "target", "open": False}},
        "passed",
        "connection refused",
    ),
    (
        {"tcp": {"port": 1, "address": "no.such.invalid", "origin": "target", "open": False}},
        "inconclusive",
        "",
    ),
]


@pytest.mark.parametrize(("written", "answer", "finding"), OTHERS)
def test_others(written: dict[str, object], answer: str, finding: str) -> None:
    result = ask(written)
    assert result[0] == answer, result
    assert finding in result[1]


def test_every_kind_has_one_place_where_it_is_evaluated() -> None:
    elsewhere = {"clock", "testinfra", "module"}
    assert set(KINDS) | elsewhere == set(CHECK_KINDS)
    assert not set(KINDS) & elsewhere


def test_a_port_that_is_taken(listening: int) -> None:
    answer, finding = ask({"port": listening})
    assert answer == "failed"
    assert finding.endswith("listens on 127.0.0.1")
    assert ask({"port": {"port": listening, "state": "listening"}})[0] == "passed"
    assert ask({"tcp": {"port": listening, "address": "127.0.0.1", "origin": "target"}}) == (
        "passed",
        "answers",
    )


def test_another_deployment_is_seen_by_its_mark() -> None:
    quiet = ask({"other_deployment": False})
    with subprocess.Popen(["sleep", "30"], env={**os.environ, "ORCH_RUN": "shop-2.4.1-deploy"}) as other:
        try:
            time.sleep(0.1)
            answer, finding = ask({"other_deployment": False})
            if quiet[0] == "passed":
                way_on = re.search(r"\(sudo (kill [0-9 ]+)\)", finding)
                assert way_on, finding
                subprocess.run(way_on[1].split(), check=True)
                assert other.wait(5) == -15
                assert ask({"other_deployment": False}) == quiet
        finally:
            other.kill()
    assert answer == "failed"
    if quiet[0] == "passed":
        assert finding.startswith(
            f"process {other.pid} (sleep) of shop-2.4.1-deploy; a run is at work (orch status shop-2.4), or one that is over"
        )


def test_a_command_leaves_nothing_running(tmp_path: Path) -> None:
    ran = shell.run(["/bin/sh", "-c", f"sleep 30 & echo $! > {tmp_path}/pid"], 10)
    assert ran.code == 0
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and Path(f"/proc/{pid}/stat").exists():
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{pid}").exists()


def test_no_systemd_is_inconclusive(tmp_path: Path) -> None:
    view = with_systemctl(tmp_path, "echo 'Host is down' >&2; exit 1\n")
    assert ask({"unit": "shop"}, view) == ("inconclusive", "systemd cannot be asked: Host is down")


UNITS = [
    ({"unit": "shop"}, "active", "running", "enabled", 60, "passed", "active (running) for 1 min"),
    ({"unit": {"name": "shop", "up_for": "50s"}}, "active", "running", "enabled", 60, "passed", "active"),
    ({"unit": {"name": "shop", "up_for": "70s"}}, "active", "running", "enabled", 60, "failed", "active (running) for 1 min"),
    ({"unit": {"name": "shop", "enabled": True}}, "active", "running", "disabled", 60, "failed", "disabled"),
    ({"unit": {"name": "shop", "enabled": False}}, "active", "running", "disabled", 60, "passed", "disabled"),
    ({"unit": "shop"}, "activating", "auto-restart", "enabled", 0, "failed", "activating (auto-restart)"),
    ({"unit": {"name": "shop", "state": "inactive"}}, "inactive", "dead", "enabled", 0, "passed", "inactive (dead)"),
    ({"unit": {"name": "shop", "state": "absent"}}, "inactive", "dead", "enabled", 0, "failed", "inactive (dead)"),
]  # fmt: skip


STEADY = [
    (5, 0, "passed", "active (running) for SECONDS s"),
    (5, 4, "failed", "active (running) for SECONDS s, restarted 4 times by systemd"),
    (5, 1, "failed", "active (running) for SECONDS s, restarted once by systemd"),
    (60, 4, "passed", "active (running) for 1 min, restarted 4 times by systemd"),
    (5, None, "inconclusive", "systemd does not tell how often it restarted the unit"),
    (60, None, "passed", "active (running) for 1 min"),
]


@pytest.mark.parametrize(("since", "restarts", "answer", "finding"), STEADY)
def test_a_unit_that_systemd_restarted_is_not_steady(
    since: int,
    restarts: int | None,
    answer: str,
    finding: str,
    tmp_path: Path,
) -> None:
    entered = int((time.clock_gettime(time.CLOCK_MONOTONIC) - since) * 1e6)
    restart_line = "" if restarts is None else f"NRestarts={restarts}\\n"
    view = with_systemctl(
        tmp_path,
        "printf 'Id=shop.service\\nLoadState=loaded\\nActiveState=active\\nSubState=running\\n"
        f"UnitFileState=enabled\\n{restart_line}ActiveEnterTimestampMonotonic={entered}\\n'\n",
    )
    answered, seen = ask({"unit": {"name": "shop", "steady_for": "30s"}}, view)
    # A busy machine takes its time to ask.
    assert re.fullmatch(re.escape(finding).replace("SECONDS", r"\d+(?:\.\d)?"), seen)
    assert answered == answer


@pytest.mark.parametrize("row", UNITS)
def test_units(row: tuple[Any, ...], tmp_path: Path) -> None:
    """The properties are those that a real systemctl prints; the fleet tests ask a real one."""
    written, active, sub, enabled, since, answer, finding = row
    entered = int((time.clock_gettime(time.CLOCK_MONOTONIC) - since) * 1e6) if since else 0
    view = with_systemctl(
        tmp_path,
        f"printf 'Id=shop.service\\nLoadState=loaded\\nActiveState={active}\\nSubState={sub}\\n"
        f"UnitFileState={enabled}\\nActiveEnterTimestampMonotonic={entered}\\n'\n",
    )
    result = ask(written, view)
    assert result[0] == answer, result
    assert finding in result[1]
