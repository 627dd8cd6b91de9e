"""The port `Journal` over a server: its events are read, and what a person says is handed in as a word."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.adapters.remote.server import Server, quoted
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import HOUSE, Event, Recorded
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import DriverClaim, Journal, Progress, Proof
from orchestrator.errors import NotFound, Refused, StoreFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestrator.domain.deployment.deployment import Deployment

AT_ONCE = 500
M = TypeVar("M", bound=BaseModel)


class RemoteJournal(Journal):
    """What the server shows to whoever holds the token. It decides again about each word."""

    def __init__(self, server: Server, tell: Callable[[str], object]) -> None:
        """`tell` is told where nothing goes on with a deployment after a word."""
        self._server, self._tell = server, tell
        self._known: dict[str, Brief] | None = None
        self._told_of_house = False

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        """See the port. Raises Refused for what the server takes from nobody: all but words and signed decisions."""
        for event in events:
            self._hand_in(deployment, event)
        self._known = None
        return self.read(deployment, after=expected_seq)

    def _hand_in(self, deployment: str, event: Event) -> None:
        place, once = f"/api/v1/deployments/{quoted(deployment)}", secrets.token_hex(16)
        if deployment == HOUSE:
            self._server.post("/api/v1/house/words", {"event": event.model_dump(mode="json")}, once)
            return
        match event:
            case e.ApprovalGiven(signed=signed) | e.Reviewed(signed=signed) if signed is not None:
                self._server.post(f"{place}/approvals", {"signed": signed.model_dump(mode="json")}, once)
            case _:
                answer = self._server.post(f"{place}/words", {"event": event.model_dump(mode="json")}, once)
                if isinstance(answer, dict) and answer.get("driver") == "not begun":
                    words = plain(str(answer.get("driver_words", "")), 1000)
                    self._tell(
                        f"Nothing goes on with {deployment} there yet: {words} On that machine: orch resume {deployment}\n"
                    )

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        """See the port. The journal of the house is empty for whoever may not see all of it, which is said once."""
        if deployment == HOUSE:
            return self._read_house(after)[:most]
        return self._read_pages(f"/api/v1/deployments/{quoted(deployment)}/events", after, most)

    def _read_house(self, after: int) -> list[Recorded]:
        try:
            return self._read_pages("/api/v1/house/events", after)
        except Refused:
            if not self._told_of_house:
                self._told_of_house = True
                self._tell(
                    "What concerns every deployment is not shown to you there (incidents, audits, emergency stops).\n"
                )
            return []

    def _read_pages(self, place: str, after: int, most: int | None = None) -> list[Recorded]:
        records: list[Recorded] = []
        asked = after
        while True:
            page = self._page(
                place, after=asked, limit=AT_ONCE if most is None else min(AT_ONCE, most - len(records))
            )
            with _validated(self._server.url):
                records += [Recorded.model_validate_json(_text(item)) for item in page["items"]]
            if page["next"] is None or (most is not None and len(records) >= most):
                return records
            asked = int(page["next"])

    def read_raw(self, deployment: str) -> list[RawEvent]:
        """See the port."""
        return [
            RawEvent(record.at.isoformat(), record.event.kind, record.event.model_dump_json())
            for record in self.read(deployment)
        ]

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        """See the port."""
        return [condensed(record) for record in self.read(deployment, after)]

    def deployments(self) -> list[str]:
        """See the port."""
        return list(self._briefs())

    def attempts_beside(self) -> frozenset[str]:
        """See the port. What lies beside the journal of the server is the server's to look at."""
        return frozenset()

    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        """See the port."""
        known = self._briefs(anew=True)
        return {name: Progress(known[name].seq, None) for name in deployments if name in known}

    def briefs(self) -> Mapping[str, Brief]:
        """See the port."""
        return self._briefs()

    def keep(self, deployments: Sequence[Deployment]) -> None:
        """See the port."""

    def drive_alone(self, deployment: str) -> DriverClaim:
        """See the port. Raises Refused: the server has the hosts, the project and the attempts."""
        raise Refused(
            f"{deployment} is driven where its server is, not from here. Follow it: orch --server {self._server.url} watch "
            f"{deployment}"
        )

    def _briefs(self, *, anew: bool = False) -> dict[str, Brief]:
        if self._known is None or anew:
            known: dict[str, Brief] = {}
            after: str | None = ""
            while after is not None:
                page = self._page("/api/v1/briefs", after=after, limit=AT_ONCE)
                with _validated(self._server.url):
                    items = [Brief.model_validate_json(_text(item)) for item in page["items"]]
                known |= {brief.id: brief for brief in items}
                after = page["next"]
            self._known = known
        return self._known

    def _page(self, path: str, **query: object) -> dict[str, Any]:
        try:
            page = self._server.get(path, **query)
        except NotFound:
            return {"items": [], "next": None}
        if not isinstance(page, dict) or not isinstance(page.get("items"), list) or "next" not in page:
            raise StoreFault(
                f"{self._server.url} answered {path} in another form: is its orch of another version?"
            )
        return page


@contextmanager
def _validated(url: str) -> Iterator[None]:
    try:
        yield
    except (ValidationError, ValueError, TypeError, KeyError):
        raise StoreFault(
            f"{url} sent what this orch does not read: is its orch of another version?"
        ) from None


def _text(item: object) -> str:
    import json

    return json.dumps(item)
