"""A fleet whose journal, seals, baselines and attached files are those of a real home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator.adapters.files.canary_file import FolderCanaryFiles
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.attachments import DirectoryAttachments
from orchestrator.adapters.store.baselines import DirectoryBaselineStore
from orchestrator.adapters.store.disposal.home_disposals import disposals_beside
from orchestrator.adapters.store.seals.sql_seals import seals_beside
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.use_cases.retention import archive
from tests.worlds.fleet import HOSTS, Fleet

DAY = 86400


def sealed_fleet(home: Path, tree: dict[str, Any] | None = None, hosts: Sequence[str] = HOSTS) -> Fleet:
    """The fleet over this home; a second one over the same home is as another process would be."""
    fleet = Fleet(tree, hosts, home=home)
    keys = FolderSealKeys(home, fleet.clock.now)
    journal = SqlJournal(home, fleet.clock, seal_keys=keys)
    fleet.ports = replace(
        fleet.ports,
        journal=journal,
        seal_keys=keys,
        seals=seals_beside(journal, keys, fleet.clock),
        baselines=DirectoryBaselineStore(home / "baselines"),
        attachments=DirectoryAttachments(home / "attachments"),
        disposals=disposals_beside(journal, home),
        canaries=FolderCanaryFiles([home]),
    )
    return fleet


def archived(fleet: Fleet, days: float = 4 * 365) -> Deployment:
    """A deployment that ended, was archived, and whose record's time is over if so many days are enough."""
    d = archive(fleet.ports, fleet.deploy(), reason="reviewed", by="ann")
    fleet.clock.sleep(days * DAY)
    return fleet.now(d.id)
