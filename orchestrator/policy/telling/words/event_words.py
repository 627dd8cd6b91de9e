"""Text that several events share: results of checks and runs, and who is waited for."""

from collections.abc import Iterable, Mapping, Sequence

from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.format import counted
from orchestrator.policy.telling.timeline import Result
from orchestrator.policy.telling.words.host_words import hosts_words

COMPLAINTS = 50
"""Results that are not a pass and have a line of their own."""


def result_of_checks(results: Iterable[CheckResult], counts: Counts) -> Result:
    """The result of all checks together; no check at all proves nothing."""
    answers = {result.answer for result in results}
    if "failed" in answers:
        return "failed"
    return "passed" if counts.answers and answers <= {"passed"} else "unknown"


def checks_words(results: Sequence[CheckResult], counts: Counts) -> str:
    """Counts of checks, such as `24 checks on 6 hosts, 2 failed`."""
    words = f"{counted(counts.answers, 'check')} on {counted(counts.hosts, 'host')}"
    tally = {answer: sum(r.answer == answer for r in results) for answer in ("failed", "inconclusive")}
    troubled = [f"{number} {answer}" for answer, number in tally.items() if number]
    return ", ".join([words, *(troubled or (["all passed"] if counts.answers else ["which proves nothing"]))])


def unreached_words(unreached: Mapping[str, str]) -> list[str]:
    """A line for each dead host that the deployment goes on without."""
    return [
        f"{host}: dead, left out and counted as down: {reason}"
        for host, reason in list(unreached.items())[:COMPLAINTS]
    ]


def complaints_of(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """The results that are not a pass."""
    return tuple(result for result in results if result.answer != "passed")


def complaint_words(results: Iterable[CheckResult]) -> list[str]:
    """The first results that are not a pass, each with its host, the expectation and the finding."""
    return [
        f"{r.host}: {r.answer}: {r.title}: expected {r.expected}, found {r.found}"
        for r in complaints_of(results)[:COMPLAINTS]
    ]


def result_of_run(hosts: Iterable[HostOutcome], faults: tuple[str, ...], counts: Counts) -> Result:
    """The result of a run on all hosts together; a fault of the run, or no host at all, proves nothing."""
    results = {host.result for host in hosts}
    if faults or "unknown" in results or not (results or counts.done):
        return "unknown"
    return "failed" if results & {"not_done", "untouched"} else "passed"


def outcome_words(outcomes: Iterable[HostOutcome], counts: Counts) -> str:
    """Counts of a run's hosts, such as `5 done, 1 unknown`."""
    results = [host.result for host in outcomes]
    tally = {
        "done": counts.done,
        "failed": results.count("not_done"),
        "unknown": results.count("unknown"),
        "untouched": results.count("untouched"),
    }
    return ", ".join(f"{number} {word}" for word, number in tally.items() if number) or "no host"


def outcome_lines(outcomes: Iterable[HostOutcome], done: str) -> list[str]:
    """The outcome of a run on each host, such as `web1: deployed (9 ok, 4 changed)`; a reason for several is said once."""
    lines: dict[str, str] = {}
    alike: dict[str, list[str]] = {}
    for host in outcomes:
        if host.result == "done":
            lines[host.host] = f"{host.host}: {done} ({host.ok} ok, {host.changed} changed)"
            continue
        word = "failed" if host.result == "not_done" else host.result
        words = f"{word}: {host.reason}"
        alike.setdefault(words, []).append(host.host)
        lines[words] = f"{hosts_words(alike[words])}: {words}"
    return list(lines.values())


def repeat_words(outcomes: Iterable[HostOutcome]) -> str:
    """The result of a second run, such as `; run a second time, which changed nothing`."""
    hosts = [host for host in outcomes if host.changed]
    tasks = sorted({task for host in hosts for task in host.changed_tasks})
    again = f"which changed {', '.join(host.host for host in hosts)} again ({', '.join(tasks)})"
    return f"; run a second time, {again if hosts else 'which changed nothing'}"


def copy_words(event: e.AttemptEnded | e.AttemptLost) -> tuple[str, ...]:
    """The files of an attempt that differed from the approved ones, a sentence each."""
    return tuple(f"what it ran from is no longer what was approved: {file}" for file in event.changed_in_copy)


def opened_lines(files: Sequence[OpenedFile]) -> tuple[str, ...]:
    """The first files that a run read although nobody approved them, a sentence each."""
    more = [f"it read {len(files) - COMPLAINTS} more"] if len(files) > COMPLAINTS else []
    return (*(f"it read what nobody approved: {file.words}" for file in files[:COMPLAINTS]), *more)


def quiet_words(event: e.Quiesced) -> str:
    """The state of an old run's processes, such as `no process of the run is left on its hosts`."""
    words = [f"processes still run on {', '.join(event.busy)}"] if event.busy else []
    words += [f"no answer from {', '.join(event.unreachable)}"] if event.unreachable else []
    words += [f"processes were ended on {', '.join(event.ended)}"] if event.ended else []
    return "; ".join(words) or "no process of the run is left on its hosts"


def awaited_words(event: e.QuietAwaited) -> str:
    """Which hosts are awaited after an unclean end, such as `no answer from web3; asked again until 22:04:10 UTC`."""
    return f"no answer from {', '.join(event.hosts)}; asked again until {event.until:%H:%M:%S} UTC"


def replacement_words(replacement: BackoutReplacement | None) -> tuple[str, ...]:
    """Which playbook is run instead of the approved one, and on whose signature; nothing where there is none."""
    if replacement is None:
        return ()
    signed = replacement.signed
    of_stage = f" of stage {replacement.stage}" if replacement.stage is not None else ""
    whose = (
        f"signed by {signed.approval.person} as {signed.approval.role}"
        if signed is not None
        else "not signed"
    )
    return (
        f"{replacement.playbook} instead of the approved playbook{of_stage}, not approved and not rehearsed, {whose}, "
        f"digest {replacement.digest}",
    )


def reference_words(counts: Counts) -> str:
    """The size of a captured baseline, such as `240 configuration items of 6 hosts`."""
    return f"{counted(counts.items, 'configuration item')} of {counted(counts.hosts, 'host')}"
