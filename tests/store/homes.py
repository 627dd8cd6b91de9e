"""Homes that are moved, backed up and restored."""

from pathlib import Path

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.evidence.baseline import Baseline, ConfigurationItem
from tests.fakes.clock import START


def opened(home: Path, url: str | None = None) -> SqlJournal:
    clock = SystemClock()
    return SqlJournal(home, clock, url=url, seal_keys=FolderSealKeys(home, clock.now))


def baseline() -> Baseline:
    item = ConfigurationItem(kind="file", name="/etc/shop.conf", attributes={"mode": "0644"})
    return Baseline(host="web1", machine_id="m1", captured_at=START, items=(item,))


def names(journal: SqlJournal) -> dict[str, int]:
    return {name: len(journal.read(name)) for name in journal.deployments()}
