"""Whether checks passed: every host and check is accounted for; a missing result is inconclusive, never a pass."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from orchestrator.domain.plan.check import CheckBase, CheckResult, title_of
from orchestrator.domain.plan.target import Target


def completed(
    results: Sequence[CheckResult], targets: Collection[Target], checks: Sequence[CheckBase]
) -> list[CheckResult]:
    """The results, with an inconclusive one for each check and host that it is about without any, by the check's number."""
    asked = {
        target.host: [
            (number, getattr(check, "kind", ""), title_of(check))
            for number, check in enumerate(checks)
            if check.is_on(target)
        ]
        for target in targets
    }
    answering = {result.host for result in results}
    silent = [_no_answer(host, None, "reachable", "reachable") for host in asked if host not in answering]
    return [*results, *_unanswered(results, asked), *silent]


def completed_units(
    results: Sequence[CheckResult], hosts: Collection[str], digests: Mapping[str, str]
) -> list[CheckResult]:
    """The component results, with an inconclusive one for each host and file without any. Files are numbered too."""
    asked = [(number, "component", f"components {path}") for number, path in enumerate(digests)]
    return [*results, *_unanswered(results, dict.fromkeys(hosts, asked))]


def complaints(results: Iterable[CheckResult]) -> list[str]:
    """One line for each result that is not a pass."""
    return [
        f"{r.host}: {r.title}: expected {r.expected}, found {r.found}"
        for r in results
        if r.answer != "passed"
    ]


def causes(results: Iterable[CheckResult]) -> list[str]:
    """What did not pass, whatever the host, each once."""
    lines = (f"{r.title}: expected {r.expected}, found {r.found}" for r in results if r.answer != "passed")
    return list(dict.fromkeys(lines))


def _unanswered(
    results: Iterable[CheckResult], asked: Mapping[str, Sequence[tuple[int, str, str]]]
) -> Iterator[CheckResult]:
    """Not by title: two checks may share one, and the result of one is not that of the other."""
    answered = {(result.host, result.number) for result in results}
    for host, of_host in asked.items():
        for number, kind, title in of_host:
            if (host, number) not in answered:
                yield _no_answer(host, number, kind, title)


def _no_answer(host: str, number: int | None, kind: str, title: str) -> CheckResult:
    return CheckResult(
        host=host,
        number=number,
        kind=kind,
        title=title,
        answer="inconclusive",
        expected="an answer",
        found="no answer",
        seconds=0.0,
    )
