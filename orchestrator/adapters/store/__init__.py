"""What orch keeps: the journal in a database, the drivers' claims and the baselines as files beside it."""

from orchestrator.adapters.store.baselines import DirectoryBaselineStore
from orchestrator.adapters.store.disk import DiskStorage
from orchestrator.adapters.store.host_locks import SqlHostLocks
from orchestrator.adapters.store.journal import SqlJournal

__all__ = ["DirectoryBaselineStore", "DiskStorage", "SqlHostLocks", "SqlJournal"]
