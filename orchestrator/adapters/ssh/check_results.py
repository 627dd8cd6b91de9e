"""What a target's answer means for each check."""

from typing import TYPE_CHECKING, Any

from orchestrator.adapters.ssh.answers import Answered, Unanswered
from orchestrator.domain.plan.check import (
    Answer,
    CheckBase,
    CheckResult,
    ClockCheck,
    PythonCheck,
)
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.evidence.check_result import FOUND_LIMIT, result_of

if TYPE_CHECKING:
    from orchestrator.adapters.ssh.host_answer import HostAnswer


def placed(check: CheckBase, target: Target) -> dict[str, Any]:
    """A check's fields with `{host}` and `{address}` replaced by the target's."""
    fields = check.model_dump()
    for name in ("url", "run", "path", "address"):
        if isinstance(fields.get(name), str):
            bracketed = f"[{target.address}]" if name == "url" and ":" in target.address else target.address
            fields[name] = fields[name].replace("{host}", target.host).replace("{address}", bracketed)
    return fields


def question_of(number: int, check: CheckBase, target: Target) -> dict[str, Any]:
    """A check in the form in which the program on the target takes it."""
    return {**placed(check, target), "number": number}


def reachable(target: Target, outcome: Answered | Unanswered, seconds: float) -> CheckResult:
    """Whether ssh with the pinned host key, and the login, worked; and which machine answered."""
    if isinstance(outcome, Answered):
        finding = (
            f"login as {outcome.user}; machine {outcome.identity.machine_id}, "
            f"host key {outcome.identity.host_key_sha256}"
        )
    else:
        finding = f"login as {target.user}, but {outcome.reason}" if outcome.reached else outcome.reason
    passed = isinstance(outcome, Answered) or (outcome.reached and outcome.python is not None)
    return CheckResult(
        host=target.host,
        kind="reachable",
        title="reachable over ssh",
        answer="passed" if passed else "failed",
        expected=f"ssh to {target.user}@{target.address} port {target.port} with the pinned host key",
        found=finding,
        seconds=seconds,
    )


def reading(number: int, check: CheckBase, target: Target, outcome: Answered | Unanswered) -> CheckResult:
    """The result of one check that the target was asked."""
    if isinstance(outcome, Unanswered):
        if isinstance(check, PythonCheck) and outcome.python is not None:
            return result_of(number, check, target, "failed", outcome.reason, 0.0)
        not_asked = f"the host was not asked: {outcome.reason}"
        return result_of(number, check, target, "inconclusive", not_asked, 0.0)
    if isinstance(check, ClockCheck):
        return result_of(number, check, target, *_clock(check, outcome), 0.0)
    answer, finding, seconds = _told(outcome.body, number)
    if answer == "inconclusive" and outcome.without_root:
        finding = f"{finding} ({outcome.without_root})"
    return result_of(number, check, target, answer, finding, seconds)


def component(
    number: int,
    target: Target,
    path: str,
    wanted: str,
    outcome: Answered | Unanswered,
    title: str,
    seconds: float,
) -> CheckResult:
    """Whether the file of a component on the target has its digest."""
    answer: Answer = "inconclusive"
    if isinstance(outcome, Unanswered):
        finding = f"the host was not asked: {outcome.reason}"
    else:
        state, value = outcome.body.digests.get(path, ("fault", "the host's answer does not name it"))
        finding = f"sha256 {value}" if state == "sha256" else value
        if state != "fault":
            answer = "passed" if (state, value) == ("sha256", wanted) else "failed"
    return CheckResult(
        host=target.host,
        number=number,
        kind="component",
        title=f"{title} {path}",
        answer=answer,
        expected=f"sha256 {wanted}",
        found=plain(finding, FOUND_LIMIT),
        seconds=seconds,
    )


def _told(body: "HostAnswer", number: int) -> tuple[Answer, str, float]:
    return body.checks.get(str(number)) or (
        "inconclusive",
        "the host's answer does not name this check",
        0.0,
    )


def _clock(check: ClockCheck, outcome: Answered) -> tuple[Answer, str]:
    """The true difference lies between two bounds, as far apart as the question took on its way."""
    least, most = outcome.ahead_least, outcome.ahead_most
    middle, unsure = (least + most) / 2, abs(most - least) / 2
    direction = "ahead" if middle > 0 else "behind"
    finding = f"{seconds_words(abs(middle))} {direction}, give or take {seconds_words(unsure)}"
    if -check.skew <= least and most <= check.skew:
        return "passed", finding
    if least > check.skew or most < -check.skew:
        return "failed", finding
    return "inconclusive", f"{finding}: the round trip took too long to tell"
