"""The report of what a wave changed on its hosts."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.text.format import counted
from orchestrator.policy.telling.step_changes import Finish
from orchestrator.policy.telling.teller import Telling, at, telling_of, wave_name
from orchestrator.policy.telling.timeline import Result
from orchestrator.policy.telling.words.change_words import group_lines, outside_lines
from orchestrator.policy.telling.words.event_words import COMPLAINTS


@telling_of.register
def _changes_compared(event: e.ChangesCompared, d: Deployment, counts: Counts) -> Telling:
    result: Result = "failed" if event.outside else "unknown" if event.not_compared else "passed"
    unknown = tuple(
        f"{host}: what changed is not known: {reason}" for host, reason in event.not_compared.items()
    )
    forbidden = tuple(outside_lines(event.outside, event.rules))
    lines = at(
        wave_name(d, event.wave),
        *(f"changes: {line}" for line in (*group_lines(event.groups)[:COMPLAINTS], *unknown, *forbidden)),
    )
    step = Finish("changes", result, _words(event), event.wave, faults=(*unknown, *forbidden))
    return Telling(lines, (step,))


def _words(event: e.ChangesCompared) -> str:
    hosts = sum(len(group.hosts) for group in event.groups)
    changed = sum(len(group.hosts) for group in event.groups if group.changes)
    words = [f"{changed} of {counted(hosts, 'host')} changed in what the baseline sees"] if hosts else []
    words += [f"{counted(len(event.not_compared), 'host')} not known"] if event.not_compared else []
    words += [f"{counted(len(event.outside), 'host')} changed what may not change"] if event.outside else []
    return ", ".join(words)
