"""The store of this home, for who looks after it and not after a deployment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import home_of
from orchestrator.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.adapters.store.backup.home_archive import BackedUp
    from orchestrator.adapters.store.backup.restoring import Restored
    from orchestrator.adapters.store.moving.move import Moved, StoreMove
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


def move_store(url: str, advance: Callable[[int, int], None], home: Path | None = None) -> Moved:
    """Move the store of this home to the server at the URL. Raises Refused, NotFound, StoreFault."""
    return _move(url, home).go(advance)


def move_back(url: str, home: Path | None = None) -> Path:
    """Put the file in force again. Raises Refused, StoreFault."""
    return _move(url, home).back()


def back_up(file: Path, advance: Callable[[int, int], None], home: Path | None = None) -> BackedUp:
    """Back up this home to a new file; its journal too, where that is not on a server. Raises NotFound, Refused, StoreFault."""
    from orchestrator.adapters.clock import SystemClock
    from orchestrator.adapters.store.backup.home_archive import back_up as write

    return write(home_of(home), file, SystemClock().now(), advance, on_server=server_url() is not None)


def restore(file: Path, advance: Callable[[int, int], None], home: Path | None = None) -> Restored:
    """Make this home from a backup. Raises NotFound, Refused, UsageFault, StoreFault."""
    from orchestrator.adapters.store.backup.restoring import restore as unpack

    return unpack(file, home_of(home), advance)


def _move(url: str, home: Path | None) -> StoreMove:
    from orchestrator.adapters.clock import SystemClock
    from orchestrator.adapters.keys.seal_keys import FolderSealKeys
    from orchestrator.adapters.store.moving.move import StoreMove

    if server_url() is not None:
        raise Refused(
            "ORCH_STORE_URL is set, and this command is about the file of this home: unset ORCH_STORE_URL, then repeat it."
        )
    place, clock = home_of(home), SystemClock()
    return StoreMove(place, url, FolderSealKeys(place, clock.now), clock)
