"""Balancers behind programs: HAProxy's socket, nginx's file, commands of the project; what makes no sense is unknown."""

from __future__ import annotations

import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestrator.adapters import process
from orchestrator.adapters.balancers.balancers import ProgramBalancers
from orchestrator.adapters.balancers.here import RanThere
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace

WEB1 = Target(host="web1", address="10.0.0.1")
LB = Target(host="lb1", address="10.0.0.9", python=sys.executable)
HEAD = "# pxname,svname,scur,status\n"


def here(target: Target, program: object, seconds: float) -> RanThere:
    """A host that is this machine."""
    ended = process.run(list(program), timeout=seconds)  # type: ignore[call-overload]
    return RanThere(ended.exit_code, ended.output, ended.errors.strip())


def balancers() -> ProgramBalancers:
    return ProgramBalancers(here, process.run, lambda check, target, project: ("failed", "not asked"))


@contextmanager
def haproxy(status: str, sessions: str = "0", answer: str = "") -> Iterator[tuple[str, list[str]]]:
    """A runtime socket with one server, and what it was asked."""
    asked: list[str] = []

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            command = self.rfile.readline().decode().strip()
            asked.append(command)
            rows = f"{HEAD}shop,web1,{sessions},{status}\nother,web1,0,MAINT\n"
            self.wfile.write((rows if command == "show stat" else answer or "\n").encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "sessions", "state", "connections"),
    [
        ("UP", "7", "in", 7),
        ("no check", "0", "in", 0),
        ("DRAIN", "2", "out", 2),
        ("MAINT", "0", "out", 0),
        ("DOWN 1/2", "0", "out", 0),
        ("UP", "many", "unknown", None),
        ("odd", "0", "unknown", 0),
    ],
)
def test_what_haproxy_says_of_a_server(
    status: str, sessions: str, state: str, connections: int | None, tmp_path: Path
) -> None:
    with haproxy(status, sessions) as (address, _):
        balancer = Balancer.model_validate({"haproxy": {"address": address, "backend": "shop"}})
        seen = balancers().look(balancer, BalancerPlace(tmp_path), [WEB1])["web1"]
    assert (seen.state, seen.connections) == (state, connections)


def test_haproxy_is_asked_for_the_server_and_its_refusal_is_a_reason(tmp_path: Path) -> None:
    with haproxy("UP", answer="No such server.\n") as (address, asked):
        balancer = Balancer.model_validate({"haproxy": {"address": address, "backend": "shop"}})
        failed = balancers().move(balancer, BalancerPlace(tmp_path), [WEB1], way="out")
    assert (failed, asked) == ({"web1": "No such server."}, ["set server shop/web1 state drain"])


def test_a_balancer_that_does_not_answer_is_unknown(tmp_path: Path) -> None:
    balancer = Balancer.model_validate({"haproxy": {"address": "127.0.0.1:1", "backend": "shop"}})
    assert balancers().look(balancer, BalancerPlace(tmp_path), [WEB1])["web1"].state == "unknown"
    assert "refused" in balancers().move(balancer, BalancerPlace(tmp_path), [WEB1], way="in")["web1"]


def nginx(file: Path, test: str = "true") -> Balancer:
    """Behind nginx, whose programs end well."""
    words = {"on": "lb1", "file": str(file), "server": "{address}:8080", "test": [test], "reload": ["true"]}
    return Balancer.model_validate({"nginx": words})


def test_nginx_marks_the_line_of_the_server_and_takes_the_mark_away(tmp_path: Path) -> None:
    file = tmp_path / "shop.conf"
    text = "upstream shop {\n  server 10.0.0.1:8080 weight=2;\n  server 10.0.0.2:8080;\n}\n"
    file.write_text(text)
    place = BalancerPlace(tmp_path, LB)
    for way, state, line in (
        ("out", "out", "server 10.0.0.1:8080 weight=2 down;"),
        ("in", "in", "server 10.0.0.1:8080 weight=2;"),
    ):
        assert balancers().move(nginx(file), place, [WEB1], way=way) == {}  # type: ignore[arg-type]
        assert balancers().look(nginx(file), place, [WEB1])["web1"].state == state
        assert line in file.read_text()
    assert file.read_text() == text


def test_a_configuration_that_nginx_refuses_is_put_back(tmp_path: Path) -> None:
    file = tmp_path / "shop.conf"
    file.write_text("server 10.0.0.1:8080;\n")
    failed = balancers().move(nginx(file, "false"), BalancerPlace(tmp_path, LB), [WEB1], way="out")
    assert "false ended with 1" in failed["web1"]
    assert file.read_text() == "server 10.0.0.1:8080;\n"


def test_a_program_of_the_project_runs_in_it_with_what_the_plan_passes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOL_TOKEN", "known")
    monkeypatch.setenv("OTHER_TOKEN", "private")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/pool"
    program.write_text('#!/bin/sh\necho "$POOL_TOKEN$OTHER_TOKEN $(basename "$PWD")" >> asked\necho in\n')
    program.chmod(0o755)
    argv = ["bin/pool", "{host}"]
    balancer = Balancer.model_validate({"command": {"drain": argv, "give_back": argv, "state": argv}})
    seen = balancers().look(balancer, BalancerPlace(tmp_path, passed=("POOL_TOKEN",)), [WEB1])
    assert seen["web1"].state == "in"
    assert (tmp_path / "asked").read_text() == f"known {tmp_path.name}\n"


def test_a_program_that_is_missing_is_a_reason_and_no_crash(tmp_path: Path) -> None:
    argv = ["/nowhere/pool", "{host}"]
    balancer = Balancer.model_validate({"command": {"drain": argv, "give_back": argv, "state": argv}})
    assert "/nowhere/pool" in balancers().move(balancer, BalancerPlace(tmp_path), [WEB1], way="out")["web1"]
    assert balancers().look(balancer, BalancerPlace(tmp_path), [WEB1])["web1"].state == "unknown"


def test_a_host_beside_an_address_would_be_ignored_and_is_refused() -> None:
    words = {"address": "127.0.0.1:9999", "on": "lb1", "backend": "shop"}
    with pytest.raises(ValidationError, match="no host, for this machine asks at the address"):
        Balancer.model_validate({"haproxy": words})
