"""The store of this home, for who looks after it and not after a deployment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import home_of

if TYPE_CHECKING:
    from orchestrator.adapters.store.store_look import StoreLook


def server_url() -> str | None:
    """The URL of the database server, where the store is on one."""
    return os.environ.get("ORCH_STORE_URL") or None


def store_look(home: Path | None = None) -> StoreLook:
    """Where it is, and the version of its tables; nothing is opened for writing. Raises StoreFault."""
    from orchestrator.adapters.store.store_look import look_at_store

    return look_at_store(home_of(home), server_url())


def upgrade_server() -> None:
    """Upgrade the tables on the server, of which there is a backup. Raises StoreFault."""
    from orchestrator.adapters.store.store_look import upgrade_server as upgrade

    url = server_url()
    if url is not None:
        upgrade(url)
