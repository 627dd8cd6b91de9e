"""Whether checks passed: every host and every check accounted for; what has no answer is inconclusive, never a pass."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from orchestrator.domain.check import CheckBase, CheckResult, title_of


def completed(
    results: Sequence[CheckResult], hosts: Iterable[str], checks: Sequence[CheckBase]
) -> list[CheckResult]:
    """The results, and an inconclusive one for each host and check that has none."""
    answered = {(result.host, result.title) for result in results}
    answering = {result.host for result in results}
    hosts = list(hosts)
    missing = [(h, getattr(c, "kind", ""), title_of(c)) for h in hosts for c in checks]
    missing += [(h, "reachable", "reachable") for h in hosts if h not in answering]
    return [
        *results,
        *(_unanswered(h, kind, title) for h, kind, title in missing if (h, title) not in answered),
    ]


def completed_units(
    results: Sequence[CheckResult], hosts: Iterable[str], digests: Mapping[str, str]
) -> list[CheckResult]:
    """The component results, and an inconclusive one for each host that has fewer than there are files."""
    counts = Counter(result.host for result in results)
    short = [h for h in hosts if counts[h] < len(digests)]
    return [*results, *(_unanswered(h, "component", "components") for h in short)]


def complaints(results: Iterable[CheckResult]) -> list[str]:
    """One line for each result that is not a pass."""
    return [
        f"{r.host}: {r.title}: expected {r.expected}, found {r.found}"
        for r in results
        if r.answer != "passed"
    ]


def _unanswered(host: str, kind: str, title: str) -> CheckResult:
    return CheckResult(
        host=host,
        kind=kind,
        title=title,
        answer="inconclusive",
        expected="an answer",
        found="no answer",
        seconds=0.0,
    )
