"""Groups hosts with the same table row into one row with all their names; so thousands of hosts stay readable."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from markupsafe import Markup

from orchestrator.adapters.report.legible import legible
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.plan.check import CheckResult
from orchestrator.policy.telling.host_rows import HostRow, host_row

EACH_UP_TO = 100
"""Up to this many hosts in a deployment, each host has its own row."""
NAMED_UP_TO = 8
"""Up to this many hosts, the row shows the names; more are a click away."""


class OfHost(Protocol):
    """A result that belongs to one host."""

    @property
    def host(self) -> str: ...


T = TypeVar("T", bound=OfHost)


class HostStands(NamedTuple):
    """The state of a host, and its first failure if a backout changed the state since."""

    host: str
    row: HostRow
    before: str


class Alike(NamedTuple, Generic[T]):
    """The hosts, the first host's result for all of them, and the longest time in seconds."""

    hosts: tuple[str, ...]
    said: T
    seconds: float


def alike_findings(results: Sequence[CheckResult], *, each: bool) -> list[Alike[CheckResult]]:
    """Group by answer, check, expectation and finding."""
    return _alike(results, lambda r: (r.answer, r.title, r.expected, r.found), lambda r: r.seconds, each=each)


def alike_checks(results: Sequence[CheckResult], *, each: bool) -> list[Alike[CheckResult]]:
    """The same; findings that differ on every host are shown with the names."""
    rows = alike_findings(results, each=each)
    if each:
        return rows
    by_check: dict[Hashable, list[Alike[CheckResult]]] = {}
    for row in rows:
        by_check.setdefault((row.said.answer, row.said.title, row.said.expected), []).append(row)
    return [row for same in by_check.values() for row in (same if len(same) <= NAMED_UP_TO else [_one(same)])]


def _one(rows: Sequence[Alike[CheckResult]]) -> Alike[CheckResult]:
    """One row for a check with many findings."""
    hosts = tuple(f"{host}: {row.said.found}" for row in rows for host in row.hosts)
    row = rows[0].said.model_copy(update={"found": "each its own, beside the names"})
    return Alike(hosts, row, max(row.seconds for row in rows))


def alike_outcomes(outcomes: Sequence[HostOutcome], *, each: bool) -> list[Alike[HostOutcome]]:
    """Group by result, reason and numbers of tasks."""
    return _alike(outcomes, lambda o: (o.result, o.reason, o.ok, o.changed), lambda _: 0.0, each=each)


def alike_hosts(
    d: Deployment, hosts: Iterable[str], trouble: Mapping[str, str], *, each: bool
) -> list[Alike[HostStands]]:
    """Group by the content of each host's row, and by its first failure if there was a backout."""
    before = trouble if d.backout else {}
    stand = [HostStands(host, host_row(d, host), before.get(host, "")) for host in hosts]
    return _alike(stand, lambda s: s[1:], lambda _: 0.0, each=each)


def names(hosts: Sequence[str]) -> Markup:
    """The names, escaped; many are folded behind their number."""
    listed = Markup(", ").join(legible(host) for host in hosts)
    if len(hosts) <= NAMED_UP_TO:
        return listed
    return Markup("<details><summary>{} hosts</summary>{}</details>").format(len(hosts), listed)


def reference_lines(references: Sequence[BaselineReference]) -> Markup:
    """A line for each captured baseline, for steps with many."""
    return Markup("\n").join(
        f"{each.host} {each.items} {each.digest} {legible(each.machine_id)}" for each in references
    )


def _alike(
    rows: Sequence[T], what: Callable[[T], Hashable], seconds: Callable[[T], float], *, each: bool
) -> list[Alike[T]]:
    """Groups of equal rows, in the order of their first row; `each` gives every row its own group."""
    groups: dict[Hashable, list[T]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(number if each else what(row), []).append(row)
    return [
        Alike(tuple(member.host for member in group), group[0], max(map(seconds, group)))
        for group in groups.values()
    ]
