"""A value for each deployment, made from its journal: kept until an event comes, or a moment passes that it depends on."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.engine.lookup.snapshots import each_of
from orchestrator.engine.ports import Journal
from orchestrator.errors import StoreFault

T = TypeVar("T")
MOST = 20_000
"""Values that are kept; above it all are made anew."""


class _Kept(NamedTuple, Generic[T]):
    of: tuple[int, datetime]
    value: T
    since: datetime
    until: datetime | None


class DerivedValues(Generic[T]):
    """`make` may raise StoreFault, which is kept for nobody. `until`: the first moment after now that changes the value.

    Whose journal it is and how far the value reaches, briefs say; two threads may make the same value twice.
    """

    def __init__(
        self,
        make: Callable[[Journal, Deployment, datetime], T],
        until: Callable[[Deployment, datetime], datetime | None],
    ) -> None:
        self._make, self._until = make, until
        self._kept: dict[str, _Kept[T]] = {}

    def of(
        self, journal: Journal, briefs: Iterable[Brief], now: datetime
    ) -> Iterator[tuple[str, T | StoreFault]]:
        """The value of each of these deployments in their order, or the reason why it cannot be read."""
        wanted = list(briefs)
        known = {brief.id: kept.value for brief in wanted if (kept := self._fitting(brief, now)) is not None}
        fresh = dict(self._fresh(journal, [brief.id for brief in wanted if brief.id not in known], now))
        for brief in wanted:
            if brief.id in known:
                yield brief.id, known[brief.id]
            elif brief.id in fresh:
                yield brief.id, fresh[brief.id]

    def _fitting(self, brief: Brief, now: datetime) -> _Kept[T] | None:
        kept = self._kept.get(brief.id)
        if kept is None or kept.of != (brief.seq, brief.last_at) or now < kept.since:
            return None
        return kept if kept.until is None or now < kept.until else None

    def _fresh(
        self, journal: Journal, names: list[str], now: datetime
    ) -> Iterator[tuple[str, T | StoreFault]]:
        if len(self._kept) > MOST:
            self._kept = {}
        for name, d in each_of(journal, names):
            if isinstance(d, StoreFault):
                yield name, d
                continue
            try:
                value = self._make(journal, d, now)
            except StoreFault as fault:
                yield name, fault
                continue
            self._kept[name] = _Kept((d.seq, d.last_at), value, now, self._until(d, now))
            yield name, value
