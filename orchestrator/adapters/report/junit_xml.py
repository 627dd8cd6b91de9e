"""The record as JUnit XML, for servers of continuous integration: a suite for each step with checks or a run, and the end."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as Xml

from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.legible import one_line
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import CheckResult
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.summary import environment_words, plain_words, release_words
from orchestrator.policy.telling.timeline import StoryStep
from orchestrator.policy.telling.timeline_builder import story_of


def junit_record(records: Sequence[Recorded]) -> str:
    """The XML. A deployment that did not simply complete fails in the suite `deployment`, whatever its checks said.

    Raises LifecycleFault if it is not a deployment's journal.
    """
    d, evidence = fold(records), Evidence(records)
    root = Xml.Element("testsuites", name=one_line(f"{release_words(d)} to {environment_words(d)}"))
    for step in story_of(records, d).steps:
        cases = [*map(_check_case, evidence.answers(step)), *map(_run_case, evidence.outcomes(step))]
        cases += [_fault_case(fault) for fault in step.faults if not step.checks]
        if cases:
            root.append(_suite(_named(d, step), step.began, step.seconds or 0.0, cases))
    root.append(
        _suite("deployment", d.began_at, ((d.ended_at or d.last_at) - d.began_at).total_seconds(), [_end(d)])
    )
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _named(d: Deployment, step: StoryStep) -> str:
    name = step.name.replace("_", " ")
    return name if step.wave is None else f"{name}, {d.waves[step.wave].name}"


def _suite(name: str, began: datetime, seconds: float, cases: Sequence[Xml.Element]) -> Xml.Element:
    counts = {tag: sum(case.find(child) is not None for case in cases) for tag, child in _COUNTED}
    suite = Xml.Element(
        "testsuite",
        name=one_line(name),
        tests=str(len(cases)),
        failures=str(counts["failures"]),
        errors=str(counts["errors"]),
        time=f"{seconds:.3f}",
        timestamp=f"{began:%Y-%m-%dT%H:%M:%S}",
    )
    suite.extend(cases)
    return suite


_COUNTED = (("failures", "failure"), ("errors", "error"))


def _case(host: str, name: str, seconds: float) -> Xml.Element:
    return Xml.Element("testcase", classname=one_line(host), name=one_line(name), time=f"{seconds:.3f}")


def _with(case: Xml.Element, child: str, kind: str, message: str) -> Xml.Element:
    Xml.SubElement(case, child, type=kind, message=one_line(message))
    return case


def _check_case(answer: CheckResult) -> Xml.Element:
    """A check that failed is a failure; one without an answer is an error, and never a pass."""
    case = _case(answer.host, answer.title, answer.seconds)
    if answer.answer == "passed":
        return case
    child = "failure" if answer.answer == "failed" else "error"
    return _with(case, child, answer.answer, f"expected {answer.expected}, found {answer.found}")


def _run_case(outcome: HostOutcome) -> Xml.Element:
    case = _case(outcome.host, "playbook", 0.0)
    if outcome.result == "done":
        return case
    child = "error" if outcome.result == "unknown" else "failure"
    return _with(case, child, outcome.result, outcome.reason)


def _fault_case(fault: str) -> Xml.Element:
    return _with(_case("orch", "the step as a whole", 0.0), "error", "fault", fault)


def _end(d: Deployment) -> Xml.Element:
    case = _case("orch", "is completed", 0.0)
    if not d.over:
        return _with(case, "error", "not over", " ".join(plain_words(d)))
    return case if _as_meant(d) else _with(case, "failure", d.state.value, " ".join(plain_words(d)))


def _as_meant(d: Deployment) -> bool:
    """A rehearsal is meant to end backed out, everything else completed."""
    return not faults_of_part(d) if d.rehearsing.rehearsal is not None else d.state is State.COMPLETED
