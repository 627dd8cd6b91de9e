"""The result of a check on a host, whoever asked it: its text is plain and short."""

from orchestrator.domain.plan.check import Answer, CheckBase, CheckResult, title_of
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.evidence.expectation import expected_of

FOUND_LIMIT = 500
"""Characters of what was found that a result keeps."""


def kind_of(check: CheckBase) -> str:
    """A check's kind."""
    return str(getattr(check, "kind", ""))


def result_of(
    number: int, check: CheckBase, target: Target, answer: Answer, finding: str, seconds: float
) -> CheckResult:
    """`number`: the place of the check in its list, from 0. `finding`: text of the host. `seconds`: how long it took."""
    return CheckResult(
        host=target.host,
        number=number,
        kind=kind_of(check),
        title=title_of(check),
        answer=answer,
        expected=expected_of(check),
        found=plain(finding, FOUND_LIMIT),
        seconds=seconds,
    )
