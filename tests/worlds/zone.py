"""A zone with a node in a thread of the test: what a driver calls it with, and hands that are the test's."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.frame_keys import FolderFrameKeys, signature_is_good
from orchestrator.adapters.keys.server_keys import ServerKeys
from orchestrator.adapters.nodes.calling import Desk, Patience, Zone
from orchestrator.adapters.nodes.carried import SharedTrees
from orchestrator.adapters.nodes.courier import Courier
from orchestrator.adapters.nodes.gateway import AtHand, Gateway
from orchestrator.adapters.nodes.known_server import KnownServer
from orchestrator.adapters.nodes.node_runs import CUT_OFF, RunsWith
from orchestrator.adapters.nodes.node_work import NodeWork
from orchestrator.adapters.nodes.remote_playbooks import RemotePlaybooks
from orchestrator.adapters.nodes.remote_targets import RemoteTargets
from orchestrator.adapters.nodes.visiting import HostsWith
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.engine.node_ports import Exchange, JobQueue, NodeBook, Party
from orchestrator.engine.ports import Clock, PlaybookRuns, Targets
from tests.fakes.nodes import FakeExchange, FakeJobs, FakeNodeBook

ZONE = "dmz"
SHORT = Patience(taken=0.3, begin=0.2, answer=0.3, lease=1.0)
"""Terms with which a test need not wait long."""
_NUMBERS = itertools.count(1)


@dataclass
class ZoneWorld:
    """Queue, server's keys and nodes below one folder."""

    root: Path
    jobs: JobQueue = field(default_factory=FakeJobs)
    exchange: Exchange = field(default_factory=FakeExchange)
    book: NodeBook = field(default_factory=FakeNodeBook)
    clock: Clock = field(default_factory=SystemClock)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.server = ServerKeys(self.root / "server")
        self.gateway = Gateway(self.jobs, self.exchange, self.book, self.clock)
        self.trees = SharedTrees(self.exchange)
        self.words: list[str] = []
        self.learnt: list[Party] = []

    def desk(self, patience: Patience | None = None) -> Desk:
        return Desk(
            self.jobs,
            self.exchange,
            self.book,
            self.server,
            self.clock,
            lambda: f"c{os.getpid()}-{next(_NUMBERS)}",
            patience or self.patience,
        )

    def zone(self) -> Zone:
        return Zone(self.desk(), ZONE)

    def playbooks(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        become: str | None = None,
        core: Callable[[], str] = lambda: "",
        patience: Patience | None = None,
    ) -> RemotePlaybooks:
        return RemotePlaybooks(
            self.desk(patience), self.trees, environ=environ or {}, become=become, core=core
        )

    def targets(self) -> RemoteTargets:
        return RemoteTargets(self.zone(), self.trees)

    def enrolled(self, name: str, zone: str = ZONE) -> FolderFrameKeys:
        keys = FolderFrameKeys(self.root / name / "keys", name)
        if all(seen.node.party.name != name for seen in self.book.nodes()):
            token = f"token of {name}"
            self.book.invite(token, zone, "ann", 60.0)
            self.book.enrol(token, keys.party)
        return keys

    def node(
        self,
        name: str,
        runs_with: RunsWith,
        hosts_with: HostsWith,
        *,
        zone: str = ZONE,
        courier: Courier | None = None,
        cut_off: float = CUT_OFF,
        server: Party | None = None,
    ) -> NodeWork:
        keys = self.enrolled(name, zone)
        return NodeWork(
            self.root / name,
            keys,
            server or self.server.party,
            zone,
            courier or AtHand(self.gateway, name),
            self.clock,
            runs_with,
            hosts_with,
            say=self.words.append,
            cut_off=cut_off,
            wait=0.2,
            follow=lambda party: KnownServer(party, signature_is_good, self.learnt.append),
        )


@contextmanager
def at_work(node: NodeWork) -> Iterator[Event]:
    """The node works in a thread; the event has it leave, and the end of the block kills it."""
    leaving, killed = Event(), Event()
    thread = Thread(target=node.run, args=(leaving, killed), daemon=True)
    thread.start()
    try:
        yield leaving
    finally:
        killed.set()
        thread.join(40)
        assert not thread.is_alive()


def only(runs: PlaybookRuns) -> RunsWith:
    """These hands, whoever asks."""
    return lambda passed, become: runs


def hosts(targets: Targets) -> HostsWith:
    """These hosts, whatever the passwords."""
    return lambda become, logins: targets


def request(project: Path, attempt: str = "a1") -> AttemptRequest:
    """To run a playbook of this project on web1."""
    project.mkdir(exist_ok=True)
    (project / "site.yml").write_text("- hosts: all\n")
    (project.parent / "id").write_text("the private key")
    return AttemptRequest.model_validate(
        {
            "attempt": attempt,
            "deployment": "d1",
            "purpose": "deploy",
            "playbook": f"{project}/site.yml",
            "project": str(project),
            "inventory": f"{project}/hosts.yml",
            "hosts": ["web1"],
            "variables": {"artefact": f"{project}/unit.tar"},
            "private_keys": [f"{project.parent}/id"],
            "plain_way": f'Host *\n    IdentityFile "{project.parent}/id"\n',
            "zone": ZONE,
        }
    )


def until(seen: Callable[[], bool], seconds: float = 20.0) -> None:
    """Until it is so."""
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)
