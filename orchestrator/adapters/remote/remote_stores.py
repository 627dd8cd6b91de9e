"""What lies beside the journal of a server, read over its API: baselines, items, locks. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.adapters.remote.server import quoted
from orchestrator.domain.cmdb.facts import CiKind, CmdbUpdate
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.engine.cmdb_ports import EndOnRecord, NoCmdbStore
from orchestrator.engine.ports import BaselineStore, HostLocks
from orchestrator.errors import Refused, StoreFault

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server

M = TypeVar("M", bound=BaseModel)
AT_ONCE = 200


class RemoteBaselines(BaselineStore):
    """Baselines that the server shows to whoever sees everything."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        """See the port. Raises Refused."""
        raise _elsewhere(self._server)

    def get(self, digest: str) -> Baseline:
        """See the port."""
        return _read(self._server, Baseline, self._server.get(f"/api/v1/baselines/{quoted(digest)}"))


class RemoteCmdb(NoCmdbStore):
    """What deployments proved of configuration items, as the server has it."""

    def __init__(self, server: Server, tell: Callable[[str], object]) -> None:
        self._server, self._tell = server, tell

    def updates(self, *, kind: CiKind | None = None) -> Sequence[CmdbUpdate]:
        """See the port. None for whoever may not see all of them, which is said."""
        try:
            return self._all(kind)
        except Refused as refusal:
            self._tell(f"Configuration items are not shown to you. {refusal}\n")
            return ()

    def _all(self, kind: CiKind | None) -> Sequence[CmdbUpdate]:
        updates: list[CmdbUpdate] = []
        after: object = ""
        while after is not None:
            page = self._server.get("/api/v1/cmdb/updates", kind=kind, after=after, limit=AT_ONCE)
            updates += [_read(self._server, CmdbUpdate, item) for item in page["items"]]
            after = page["next"]
        return updates

    def lacking(self) -> Sequence[EndOnRecord]:
        """See the port. The server adds what it lacks itself."""
        return ()


class RemoteLocks(HostLocks):
    """Which deployment holds which machine there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        """See the port. Raises Refused."""
        raise _elsewhere(self._server)

    def give_back(self, deployment: str) -> None:
        """See the port. Raises Refused."""
        raise _elsewhere(self._server)

    def held(self) -> list[HostLock]:
        """See the port."""
        items = self._server.get("/api/v1/locks")["items"]
        return [_read(self._server, HostLock, item) for item in items]

    def next_epoch(self) -> int:
        """See the port. Raises Refused."""
        raise _elsewhere(self._server)

    def store(self) -> str:
        """See the port."""
        return ""

    def never_given(self, epochs: Collection[int]) -> frozenset[int]:
        """See the port. The server looks after its own."""
        return frozenset()


def _elsewhere(server: Server) -> Refused:
    return Refused(f"That is written where {server.url} is, and not from here.")


def _read(server: Server, form: type[M], item: Any) -> M:
    try:
        return form.model_validate_json(json.dumps(item))
    except ValidationError:
        raise StoreFault(
            f"{server.url} sent what this orch does not read: is its orch of another version?"
        ) from None
