"""The store: the journal and locks in a database, drivers' claims and baselines in files next to it."""

from orchestrator.adapters.store.baselines import DirectoryBaselineStore
from orchestrator.adapters.store.disk import DiskStorage
from orchestrator.adapters.store.host_locks import SqlHostLocks
from orchestrator.adapters.store.journal import SqlJournal

__all__ = ["DirectoryBaselineStore", "DiskStorage", "SqlHostLocks", "SqlJournal"]
