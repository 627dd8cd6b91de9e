"""Beside the journal: who is told of a wait for a claim and of an upgrade, and where machines share contents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orchestrator.adapters.store.contents import SharedContents
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.shared_claim import ClaimTerms
from orchestrator.adapters.store.shared_copies import StoredCopies
from orchestrator.engine.copy_ports import NoSharedCopies, SharedCopies

if TYPE_CHECKING:
    from orchestrator.engine.ports import Journal


def claim_terms() -> ClaimTerms:
    """The ordinary terms; a wait is told on stderr."""
    return ClaimTerms(tell=_told_now)


def told_of_upgrade(journal: SqlJournal) -> SqlJournal:
    """The journal; where opening it upgraded the store, that is said on stderr."""
    if journal.database.upgraded is not None:
        _told_now(str(journal.database.upgraded))
    return journal


def contents_beside(journal: Journal) -> SharedContents | None:
    """Where all machines find contents."""
    return SharedContents(journal.database) if isinstance(journal, SqlJournal) else None


def copies_beside(contents: SharedContents | None) -> SharedCopies:
    """Where all machines find private copies."""
    return NoSharedCopies() if contents is None else StoredCopies(contents)


def _told_now(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
