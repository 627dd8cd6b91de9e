"""Ports that are in the store of the journal, wired on first use."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.adapters.store.contents import SharedContents
    from orchestrator.engine import (
        anchor_ports,
        cmdb_ports,
        copy_ports,
        people_ports,
        ports,
        prepared_ports,
        repeat_ports,
    )


class BesideJournal:
    """The anchors' book, the CMDB, and what a service for a team keeps."""

    @property
    @abstractmethod
    def journal(self) -> ports.Journal:
        """The journal, in whose store they are."""

    @property
    @abstractmethod
    def shared_contents(self) -> SharedContents | None:
        """Where all machines find contents; None where the store is a file."""

    @cached_property
    def shared_copies(self) -> copy_ports.SharedCopies:
        from orchestrator.bootstrap.shared_store import copies_beside

        return copies_beside(self.shared_contents)

    @cached_property
    def anchor_book(self) -> anchor_ports.AnchorBook:
        from orchestrator.adapters.store.seals.anchor_book import anchor_book_beside

        return anchor_book_beside(self.journal)

    @cached_property
    def cmdb(self) -> cmdb_ports.CmdbStore:
        from orchestrator.adapters.store.cmdb.sql_cmdb import cmdb_beside

        return cmdb_beside(self.journal)

    @cached_property
    def prepared_words(self) -> prepared_ports.PreparedWords:
        from orchestrator.adapters.store.prepared_words import prepared_words_beside

        return prepared_words_beside(self.journal)

    @cached_property
    def repeats(self) -> repeat_ports.Repeats:
        from orchestrator.adapters.store.repeats import repeats_beside

        return repeats_beside(self.journal)

    @cached_property
    def people(self) -> people_ports.PeopleStore:
        from orchestrator.adapters.store.people.sql_people import people_beside

        return people_beside(self.journal)
