"""Ports of a command that is the client of a server: the journal and the keys are there, and nothing is driven here."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap.lazy_ports import WiredPorts
from orchestrator.engine import anchor_ports, cmdb_ports, ports, record_ports, seal_ports
from orchestrator.errors import UsageFault

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server
    from orchestrator.bootstrap.own_voice import OpenKey

TOKEN, TOKEN_FILE, CA_FILE = "ORCH_TOKEN", "ORCH_TOKEN_FILE", "ORCH_SERVER_CA"
NO_HOME = Path("/nonexistent/orch-client")
"""A client has no home: what would be kept there is the server's."""


def server_at(url: str) -> Server:
    """The server at this URL, with the token from $ORCH_TOKEN or the file in $ORCH_TOKEN_FILE. Raises UsageFault."""
    from orchestrator.adapters.remote.server import Server

    return Server(url, _token(), os.environ.get(CA_FILE) or None)


def _token() -> str:
    from orchestrator.adapters.home_paths import expanded

    given, file = os.environ.get(TOKEN, ""), os.environ.get(TOKEN_FILE, "")
    if not given and file:
        try:
            given = expanded(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise UsageFault(f"${TOKEN_FILE} names {file}, which cannot be read: {fault}.") from None
    if not given.strip():
        raise UsageFault(
            f"A server asks who you are: put your token into ${TOKEN}, or its file into ${TOKEN_FILE}. Whoever administers the "
            "server makes one: orch people token new LOGIN --label WHAT."
        )
    return given.strip()


class RemotePorts(WiredPorts):
    """All ports, with the journal and the keys of a server."""

    def __init__(self, server: Server, open_key: OpenKey | None) -> None:
        super().__init__(NO_HOME, open_key=open_key, late=True)
        self._server = server

    @cached_property
    def journal(self) -> ports.Journal:
        """See the port."""
        from orchestrator.adapters.remote.remote_journal import RemoteJournal

        return RemoteJournal(self._server, sys.stderr.write)

    @cached_property
    def keys(self) -> ports.Keys:
        """See the port."""
        from orchestrator.adapters.keys.folder_keys import FolderKeys
        from orchestrator.adapters.remote.remote_keys import RemoteKeys

        return RemoteKeys(self._server, lambda: FolderKeys(NO_HOME, NO_HOME, now=self.clock.now))

    @cached_property
    def seals(self) -> seal_ports.Seals:
        """See the port."""
        return seal_ports.NoSeals()

    @cached_property
    def seal_keys(self) -> seal_ports.SealKeys:
        """See the port."""
        return seal_ports.NoSealKeys()

    @cached_property
    def anchor_book(self) -> anchor_ports.AnchorBook:
        """See the port."""
        return anchor_ports.NoAnchorBook()

    @cached_property
    def cmdb(self) -> cmdb_ports.CmdbStore:
        """See the port."""
        from orchestrator.adapters.remote.remote_stores import RemoteCmdb

        return RemoteCmdb(self._server, sys.stderr.write)

    @cached_property
    def baselines(self) -> ports.BaselineStore:
        """See the port."""
        from orchestrator.adapters.remote.remote_stores import RemoteBaselines

        return RemoteBaselines(self._server)

    @cached_property
    def locks(self) -> ports.HostLocks:
        """See the port."""
        from orchestrator.adapters.remote.remote_stores import RemoteLocks

        return RemoteLocks(self._server)

    @cached_property
    def disposals(self) -> record_ports.Disposals:
        """See the port."""
        return record_ports.NoDisposals()
