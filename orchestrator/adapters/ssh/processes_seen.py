"""The search for processes of a deployment's runs: how a host is asked, and what its answer says."""

from orchestrator.adapters.ssh.answers import Answered, HostQuestion, Unanswered
from orchestrator.adapters.ssh.host_answer import ProcessAnswer
from orchestrator.domain.evidence.left_process import LeftProcess, ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.target import Silence, Target
from orchestrator.domain.text.plain_text import plain

_MOST = 1000
"""Processes of one host that are kept; of more, the first ones are."""
_ENDING_SECONDS = 10.0


def searching(question: HostQuestion, search: ProcessSearch) -> HostQuestion:
    """The question, with the search in it, and the time that it takes."""
    asked = {
        "runs": dict(search.runs),
        "end": list(search.end),
        "awaited": list(search.awaited),
        "expected": list(search.expected),
        "patience": search.patience,
    }
    longer = question.seconds + search.patience + _ENDING_SECONDS
    return question._replace(seconds=longer, processes=asked)


def processes_seen(target: Target, outcome: Answered | Unanswered) -> ProcessesSeen | Silence:
    """What the answer says, in text that can be shown."""
    if isinstance(outcome, Unanswered):
        return outcome.silence
    answer = outcome.body.processes
    if answer is None:
        return Silence(reason="the host's answer does not say which processes live")
    return ProcessesSeen(
        host=target.host,
        ended=tuple(_process(each) for each in answer.ended[:_MOST]),
        left=tuple(_process(each) for each in answer.left[:_MOST]),
        hidden=answer.unasked,
    )


def _process(answer: ProcessAnswer) -> LeftProcess:
    return LeftProcess(
        run=plain(answer.run, 100),
        pid=answer.pid,
        program=plain(answer.program, 100) or "?",
        unit=plain(answer.unit, 200),
        seconds=answer.seconds,
        marked=answer.marked,
    )
