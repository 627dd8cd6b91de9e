"""Ports that are wired one by one, each when it is first asked for: who only looks loads neither ssh nor YAML."""

from __future__ import annotations

import os
from dataclasses import fields
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from orchestrator.adapters import process
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store.disk import DiskStorage
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.bootstrap import disk_reserve, plan_ports
from orchestrator.engine import ports

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.adapters.ansible.warm import WarmStart


class WiredPorts(ports.Ports):
    """All ports over real hosts, real Ansible and the store below `root`; the journal is opened at once.

    Each is a property that makes it once, in place of what other ports are constructed with.
    """

    def __init__(self, root: Path, project: Path | None, warm: WarmStart | None) -> None:
        """Raises StoreFault."""
        self._root, self._project, self._warm = root, project, warm
        self._url = os.environ.get("ORCH_STORE_URL") or None
        _ = self.journal

    def load(self) -> WiredPorts:
        """Wire the others too."""
        for port in fields(self):
            getattr(self, port.name)
        return self

    @cached_property
    def clock(self) -> ports.Clock:
        return SystemClock()

    @cached_property
    def storage(self) -> ports.Storage:
        return self._disk

    @cached_property
    def journal(self) -> ports.Journal:
        return SqlJournal(self._root, self.clock, url=self._url, relief=self._disk.relieve)

    @cached_property
    def _disk(self) -> DiskStorage:
        return DiskStorage(self._root, disk_reserve())

    @cached_property
    def planning(self) -> ports.Planning:
        from orchestrator.adapters.files.plan_folder import PlanFolder

        return PlanFolder(plan_ports(self._root, self._warm), self._project, meanwhile=_load_ssh)

    @cached_property
    def locks(self) -> ports.HostLocks:
        from orchestrator.adapters.store.host_locks import SqlHostLocks

        return SqlHostLocks(self._root, self.clock, url=self._url, relief=self._disk.relieve)

    @cached_property
    def playbooks(self) -> ports.Playbooks:
        from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks

        return AnsiblePlaybooks(self._root / "attempts", warm=self._warm)

    @cached_property
    def targets(self) -> ports.Targets:
        from orchestrator.adapters.checks import ControllerChecks
        from orchestrator.adapters.ssh import SshTargets

        return SshTargets(ControllerChecks(process.run, self.clock))

    @cached_property
    def baselines(self) -> ports.BaselineStore:
        from orchestrator.adapters.store.baselines import DirectoryBaselineStore

        return DirectoryBaselineStore(self._root / "baselines", relief=self._disk.relieve)

    @cached_property
    def library(self) -> ports.MediaLibrary:
        from orchestrator.adapters.files.media_library import DirectoryLibrary

        return DirectoryLibrary()

    @cached_property
    def authority(self) -> ports.Authority:
        from orchestrator.adapters.files.project_authority import ProjectAuthority

        return ProjectAuthority(self._root)

    @cached_property
    def keys(self) -> ports.Keys:
        from orchestrator.adapters.keys.folder_keys import FolderKeys

        return FolderKeys(self._root)


def _load_ssh() -> None:
    """Import what the first round trip needs: it takes a while, and would be waited for then."""
    import_module("orchestrator.adapters.ssh.round_trip")
