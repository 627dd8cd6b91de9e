"""The port `Balancers`: each kind of load balancer as programs that run where it is, and whose answers are checked."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.load_balancer import (
    Balancer,
    CommandBalancer,
    HaproxyBalancer,
    HttpBalancer,
    NginxBalancer,
)
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.balancing_ports import Balancers

HERE = Path(__file__).parent
SECONDS = 60.0
MOST_CONNECTIONS = 10_000_000


class RanThere(NamedTuple):
    """How a program ended where a balancer is; `trouble` says why it did not run to its end."""

    code: int | None
    output: str
    trouble: str


RunOn = Callable[[Target, Sequence[str], float], RanThere]
"""Run a program on a host, as root."""
RunHere = Callable[[Sequence[str], float], RanThere]
"""Run a program on this machine."""
AskHttp = Callable[[HttpCheck, Target], tuple[str, str]]
"""The answer to an HTTP check, and what it said."""


class BalancerFault(Exception):
    """A balancer that could not be asked, or whose answer makes no sense, in words."""


class ProgramBalancers(Balancers):
    """All kinds, over a way to run programs on hosts and here, and to ask HTTP from here."""

    def __init__(self, run_on: RunOn, run_here: RunHere, ask_http: AskHttp) -> None:
        self._run_on, self._run_here, self._ask_http = run_on, run_here, ask_http

    def move(
        self, balancer: Balancer, on: Target | None, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        """See the port."""
        failed: dict[str, str] = {}
        for target in targets:
            try:
                self._move(balancer, on, target, way)
            except BalancerFault as fault:
                failed[target.host] = plain(str(fault), 500)
        return failed

    def look(self, balancer: Balancer, on: Target | None, targets: Sequence[Target]) -> dict[str, Seen]:
        """See the port."""
        try:
            return self._looked(balancer, on, targets)
        except BalancerFault as fault:
            words = plain(str(fault), 500)
            return {target.host: Seen(state="unknown", words=words) for target in targets}

    def _move(self, balancer: Balancer, on: Target | None, target: Target, way: Way) -> None:
        if balancer.haproxy is not None:
            self._haproxy_moved(balancer.haproxy, on, target, way)
        elif balancer.nginx is not None:
            self._nginx(balancer.nginx, on, [target], way)
        elif balancer.command is not None:
            argv = balancer.command.drain if way == "out" else balancer.command.give_back
            self._commanded(balancer.command, on, argv, target)
        elif balancer.http is not None:
            call = balancer.http.drain if way == "out" else balancer.http.give_back
            answer, words = self._ask_http(call.check, target)
            if answer != "passed":
                raise BalancerFault(words)

    def _looked(self, balancer: Balancer, on: Target | None, targets: Sequence[Target]) -> dict[str, Seen]:
        if balancer.haproxy is not None:
            return self._haproxy_seen(balancer.haproxy, on, targets)
        if balancer.nginx is not None:
            return self._nginx(balancer.nginx, on, targets, "look")
        if balancer.command is not None:
            kind = balancer.command
            return {t.host: _seen_by_command(self._commanded(kind, on, kind.state, t)) for t in targets}
        if balancer.http is None:
            raise BalancerFault("it has no kind")
        return {target.host: self._seen_by_http(balancer.http, target) for target in targets}

    def _haproxy_moved(self, kind: HaproxyBalancer, on: Target | None, target: Target, way: Way) -> None:
        server = f"{kind.backend}/{named(kind.server, target)}"
        command = f"set server {server} state {'drain' if way == 'out' else 'ready'}"
        [answer] = self._haproxy(kind, on, [command])
        if answer.strip():
            raise BalancerFault(answer.strip())

    def _haproxy_seen(
        self, kind: HaproxyBalancer, on: Target | None, targets: Sequence[Target]
    ) -> dict[str, Seen]:
        [answer] = self._haproxy(kind, on, ["show stat"])
        rows = csv.DictReader(io.StringIO(answer.removeprefix("# ")))
        known = {
            row["svname"]: row for row in rows if row.get("pxname") == kind.backend and row.get("svname")
        }
        return {
            target.host: _seen_by_haproxy(known.get(named(kind.server, target)), kind) for target in targets
        }

    def _haproxy(self, kind: HaproxyBalancer, on: Target | None, commands: Sequence[str]) -> list[str]:
        place = ["unix", kind.socket] if kind.socket is not None else ["tcp", kind.address or ""]
        answer = self._script(
            "haproxy_socket.py", [*place, *commands], on if kind.socket is not None else None
        )
        if not isinstance(answer, list) or len(answer) != len(commands):
            raise BalancerFault("its answer makes no sense")
        return [str(each) for each in answer]

    def _nginx(
        self, kind: NginxBalancer, on: Target | None, targets: Sequence[Target], way: str
    ) -> dict[str, Seen]:
        servers = {target.host: named(kind.server, target) for target in targets}
        arguments = [way, kind.file, json.dumps(kind.test), json.dumps(kind.reload), *servers.values()]
        answer = self._script("nginx_file.py", arguments, on)
        if not isinstance(answer, dict):
            raise BalancerFault("its answer makes no sense")
        return {host: _seen_by_nginx(answer.get(server), server) for host, server in servers.items()}

    def _script(self, name: str, arguments: Sequence[str], on: Target | None) -> Any:
        script = (HERE / name).read_text()
        if on is not None:
            ran = self._run_on(on, [on.python, "-c", script, *arguments], SECONDS)
        else:
            ran = self._run_here([sys.executable, "-I", "-c", script, *arguments], SECONDS)
        return _json(_output(ran))

    def _commanded(
        self, kind: CommandBalancer, on: Target | None, argv: Sequence[str], target: Target
    ) -> str:
        arguments = [named(each, target) for each in argv]
        if kind.on is not None and on is None:
            raise BalancerFault(f"{kind.on} is not in the inventory")
        ran = self._run_on(on, arguments, SECONDS) if on is not None else self._run_here(arguments, SECONDS)
        return _output(ran)

    def _seen_by_http(self, kind: HttpBalancer, target: Target) -> Seen:
        is_out, words = self._ask_http(kind.is_out, target)
        if is_out == "passed":
            return Seen(state="out", words=words)
        is_in, words = self._ask_http(kind.is_in, target)
        return Seen(state="in" if is_in == "passed" else "unknown", words=words)


def named(pattern: str, target: Target) -> str:
    """A pattern with the host's name and address."""
    return pattern.replace("{host}", target.host).replace("{address}", target.address)


def _output(ran: RanThere) -> str:
    if ran.code != 0:
        raise BalancerFault(ran.trouble or f"exit code {ran.code}")
    return ran.output


def _json(text: str) -> Any:
    try:
        return read_json(text.encode("utf-8", "replace"))
    except ForeignJsonError as wrong:
        raise BalancerFault(f"its answer makes no sense: {wrong}") from None


def _seen_by_haproxy(row: Mapping[str, str] | None, kind: HaproxyBalancer) -> Seen:
    if row is None:
        return Seen(state="unknown", words=f"backend {kind.backend} has no such server")
    status, current = plain(row.get("status") or "", 60), row.get("scur") or ""
    if not re.fullmatch(r"[0-9]{1,8}", current):
        return Seen(state="unknown", words=f"{status}, and it does not say how many sessions")
    sessions = int(current)
    words = f"{status}, {sessions} sessions"
    if status.startswith(("DRAIN", "MAINT", "DOWN", "NOLB")):
        return Seen(state="out", connections=sessions, words=words)
    state = "in" if status.startswith("UP") or status == "no check" else "unknown"
    return Seen.model_validate({"state": state, "connections": sessions, "words": words})


def _seen_by_nginx(answer: Any, server: str) -> Seen:
    if not isinstance(answer, dict) or not isinstance(answer.get("down"), bool):
        return Seen(state="unknown", words=f"the upstream has no server {server}")
    count = answer.get("connections")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_CONNECTIONS:
        return Seen(state="unknown", words="it does not say how many connections")
    words = f"{'down' if answer['down'] else 'in the upstream'}, {count} connections"
    return Seen(state="out" if answer["down"] else "in", connections=count, words=words)


def _seen_by_command(output: str) -> Seen:
    words = output.split()
    states = {"in", "out", "draining"}
    if not words or words[0] not in states:
        return Seen(state="unknown", words=f"it printed {plain(output.strip(), 100) or 'nothing'}")
    count = int(words[1]) if len(words) > 1 and re.fullmatch(r"[0-9]{1,8}", words[1]) else None
    return Seen.model_validate({"state": words[0], "connections": count, "words": " ".join(words[:2])})
