"""The port `Balancers`: each kind of load balancer as programs that run where it is, and whose answers are checked."""

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from orchestrator.adapters.balancers.answers import seen_by_command, seen_by_haproxy, seen_by_nginx
from orchestrator.adapters.balancers.here import RanThere, ran_here
from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.load_balancer import (
    Balancer,
    CommandBalancer,
    HaproxyBalancer,
    HttpBalancer,
    NginxBalancer,
    for_host,
)
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers

HERE = Path(__file__).parent
SECONDS = 60.0


RunOn = Callable[[Target, Sequence[str], float], RanThere]
"""Run a program on a host, as root."""
AskHttp = Callable[[HttpCheck, Target, Path], tuple[str, str]]
"""The answer to an HTTP check, with the credentials that its files hold, and what was found."""


class BalancerFault(Exception):
    """A balancer that could not be asked, or whose answer makes no sense, in words."""


class ProgramBalancers(Balancers):
    """All kinds, over a way to run programs on hosts and here, and to ask HTTP from here."""

    def __init__(self, run_on: RunOn, run: RunProgram, ask_http: AskHttp) -> None:
        self._run_on, self._run, self._ask_http = run_on, run, ask_http

    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        """See the port."""
        failed: dict[str, str] = {}
        for target in targets:
            try:
                self._move(balancer, place, target, way)
            except BalancerFault as fault:
                failed[target.host] = plain(str(fault), 500)
        return failed

    def look(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        """See the port."""
        try:
            return self._looked(balancer, place, targets)
        except BalancerFault as fault:
            words = plain(str(fault), 500)
            return {target.host: Seen(state="unknown", words=words) for target in targets}

    def _move(self, balancer: Balancer, place: BalancerPlace, target: Target, way: Way) -> None:
        if balancer.haproxy is not None:
            self._haproxy_moved(balancer.haproxy, place, target, way)
        elif balancer.nginx is not None:
            self._nginx(balancer.nginx, place, [target], way)
        elif balancer.command is not None:
            argv = balancer.command.drain if way == "out" else balancer.command.give_back
            self._commanded(balancer.command, place, argv, target)
        elif balancer.http is not None:
            call = balancer.http.drain if way == "out" else balancer.http.give_back
            answer, words = self._ask_http(call.check, target, place.project)
            if answer != "passed":
                raise BalancerFault(words)

    def _looked(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        if balancer.haproxy is not None:
            return self._haproxy_seen(balancer.haproxy, place, targets)
        if balancer.nginx is not None:
            return self._nginx(balancer.nginx, place, targets, "look")
        if balancer.command is not None:
            kind = balancer.command
            return {t.host: seen_by_command(self._commanded(kind, place, kind.state, t)) for t in targets}
        if balancer.http is None:
            raise BalancerFault("it has no kind")
        return {target.host: self._seen_by_http(balancer.http, place, target) for target in targets}

    def _haproxy_moved(self, kind: HaproxyBalancer, place: BalancerPlace, target: Target, way: Way) -> None:
        server = f"{kind.backend}/{for_host(kind.server, target)}"
        command = f"set server {server} state {'drain' if way == 'out' else 'ready'}"
        [answer] = self._haproxy(kind, place, [command])
        if answer.strip():
            raise BalancerFault(answer.strip())

    def _haproxy_seen(
        self, kind: HaproxyBalancer, place: BalancerPlace, targets: Sequence[Target]
    ) -> dict[str, Seen]:
        [answer] = self._haproxy(kind, place, ["show stat"])
        rows = csv.DictReader(io.StringIO(answer.removeprefix("# ")))
        known = {
            row["svname"]: row for row in rows if row.get("pxname") == kind.backend and row.get("svname")
        }
        return {
            target.host: seen_by_haproxy(known.get(for_host(kind.server, target)), kind) for target in targets
        }

    def _haproxy(self, kind: HaproxyBalancer, place: BalancerPlace, commands: Sequence[str]) -> list[str]:
        by_socket = kind.socket is not None
        socket = ["unix", kind.socket or ""] if by_socket else ["tcp", kind.address or ""]
        answer = self._script(
            "haproxy_socket.py", [*socket, *commands], place, kind.on if by_socket else None
        )
        if not isinstance(answer, list) or len(answer) != len(commands):
            raise BalancerFault("its answer makes no sense")
        return [str(each) for each in answer]

    def _nginx(
        self, kind: NginxBalancer, place: BalancerPlace, targets: Sequence[Target], way: str
    ) -> dict[str, Seen]:
        servers = {target.host: for_host(kind.server, target) for target in targets}
        arguments = [way, kind.file, json.dumps(kind.test), json.dumps(kind.reload), *servers.values()]
        answer = self._script("nginx_file.py", arguments, place, kind.on)
        if not isinstance(answer, dict):
            raise BalancerFault("its answer makes no sense")
        return {host: seen_by_nginx(answer.get(server), server) for host, server in servers.items()}

    def _script(self, name: str, arguments: Sequence[str], place: BalancerPlace, on: str | None) -> Any:
        script = (HERE / name).read_text()
        if on is not None:
            host = _host(place, on)
            ran = self._run_on(host, [host.python, "-c", script, *arguments], SECONDS)
        else:
            ran = ran_here(self._run, [sys.executable, "-I", "-c", script, *arguments], SECONDS, place)
        return _json(_output(ran))

    def _commanded(
        self, kind: CommandBalancer, place: BalancerPlace, argv: Sequence[str], target: Target
    ) -> str:
        arguments = [for_host(each, target) for each in argv]
        if kind.on is not None:
            return _output(self._run_on(_host(place, kind.on), arguments, SECONDS))
        return _output(ran_here(self._run, arguments, SECONDS, place))

    def _seen_by_http(self, kind: HttpBalancer, place: BalancerPlace, target: Target) -> Seen:
        is_out, why_not_out = self._ask_http(kind.is_out.check, target, place.project)
        if is_out == "passed":
            return Seen(state="out", words=why_not_out)
        is_in, why_not_in = self._ask_http(kind.is_in.check, target, place.project)
        if is_in == "passed":
            return Seen(state="in", words=why_not_in)
        return Seen(state="unknown", words=f"not out ({why_not_out}), and not in ({why_not_in})")


def _host(place: BalancerPlace, on: str) -> Target:
    if place.on is None:
        raise BalancerFault(f"{on} is not in the inventory")
    return place.on


def _output(ran: RanThere) -> str:
    if ran.code != 0:
        raise BalancerFault(ran.trouble or f"exit code {ran.code}")
    return ran.output


def _json(text: str) -> Any:
    try:
        return read_json(text.encode("utf-8", "replace"))
    except ForeignJsonError as wrong:
        raise BalancerFault(f"its answer makes no sense: {wrong}") from None
