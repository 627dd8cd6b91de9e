"""Hands of zones for a driver: by their nodes where the store is a server; else none, and whoever asks is told why."""

from __future__ import annotations

import os
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from orchestrator.engine.zoned_runs import NoZones, no_zone

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.adapters.ansible.choice import AnsibleChoice
    from orchestrator.adapters.nodes.calling import Desk
    from orchestrator.adapters.nodes.carried import SharedTrees
    from orchestrator.engine.ports import Targets
    from orchestrator.engine.redaction import Redaction
    from orchestrator.engine.zoned_runs import RunsOfZones


class ZoneHands:
    """Those of drivers of one home; made when a host of a zone needs them."""

    def __init__(self, home: Path, url: str | None) -> None:
        self._home, self._url = home, url or ""

    def runs(self, become: str | None, ansible: AnsibleChoice) -> RunsOfZones:
        """Attempts in any zone. `become`: the password that a person gave; nodes must have the core of this `ansible`."""
        if not self._of_server or not _queue_is_there(self._url):
            return NoZones()
        from orchestrator.adapters.nodes.remote_playbooks import RemotePlaybooks

        def core() -> str:
            return ansible.installation.core_version

        return RemotePlaybooks(self._desk, self._trees, environ=os.environ, become=become, core=core)

    def targets(self, zone: str, redaction: Redaction) -> Targets:
        """Hosts of a zone. Raises MachineLacks where there is no server."""
        if not self._of_server:
            raise no_zone(zone)
        from orchestrator.adapters.nodes.calling import Zone
        from orchestrator.adapters.nodes.remote_targets import RemoteTargets

        return RemoteTargets(Zone(self._desk, zone), self._trees, (redaction.become, redaction.login))

    @property
    def _of_server(self) -> bool:
        return self._url.startswith("postgres")

    @cached_property
    def _desk(self) -> Desk:
        from orchestrator.bootstrap.nodes import desk, store_url

        return desk(self._home, store_url())

    @cached_property
    def _trees(self) -> SharedTrees:
        from orchestrator.adapters.nodes.carried import SharedTrees

        return SharedTrees(self._desk.exchange)


def _queue_is_there(url: str) -> bool:
    """Whether anything was ever given to a zone by this store: who has no zones needs no queue, and gets none."""
    if find_spec("procrastinate") is None:
        return False
    from orchestrator.bootstrap.nodes import queue_at

    return queue_at(url).there()
