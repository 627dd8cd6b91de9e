"""What the journal and the evidence of a deployment say about time: the cost of governance, and how fast it reacts."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State, after

Times = dict[str, float]
Told = dict[str, Any]


def records_of(home: Path) -> list[Recorded]:
    """The newest deployment's journal below an orch home."""
    journal = SqlJournal(home, SystemClock())
    try:
        return journal.read(journal.deployments()[0])
    finally:
        journal.close()


def attempts(records: Sequence[Recorded]) -> Iterator[tuple[Recorded, Recorded]]:
    """Where each attempt was intended, and where it ended or was lost."""
    intended: dict[str, Recorded] = {}
    for record in records:
        event = record.event
        if isinstance(event, e.AttemptIntended):
            intended[event.attempt] = record
        elif isinstance(event, e.AttemptEnded):
            yield intended[event.outcome.attempt], record
        elif isinstance(event, e.AttemptLost):
            yield intended[event.attempt], record


def seconds(begin: Recorded, end: Recorded) -> float:
    """From one record to another."""
    return (end.at - begin.at).total_seconds()


def governance(records: Sequence[Recorded], wall: float, home: Path) -> Times:
    """Seconds outside the runs of the playbook, whole and by state; `before` is what the journal cannot see.

    `changes`, a part of `verifying wave`: the capture of what each wave changed. `launching` and `ending` are within the
    attempts: from the intent to the first task, and from the last event of the run to its end on the journal.
    """
    inside = sum(seconds(begin, end) for begin, end in attempts(records))
    whole = seconds(records[0], records[-1])
    runs = [(begin, end, evidence(home, begin)) for begin, end in attempts(records)]
    return {
        "wall": wall,
        "attempts": inside,
        "governance": wall - inside,
        "before": wall - whole,
        **by_state(records),
        "changes": sum(
            seconds(checked, compared)
            for checked, compared in pairwise(records)
            if isinstance(compared.event, e.ChangesCompared)
        ),
        "launching": sum(
            first_task(evidence_lines) - begin.at.timestamp() for begin, _, evidence_lines in runs
        ),
        "ending": sum(end.at.timestamp() - evidence_lines[-1]["at"] for _, end, evidence_lines in runs),
    }


def by_state(records: Sequence[Recorded]) -> Times:
    """Seconds in each state, without those inside attempts."""
    spent: Times = {}
    state, running = State.PLANNED, False
    for record, following in pairwise(records):
        state = after(state, record.event.kind) or state
        running = isinstance(record.event, e.AttemptIntended) or (
            running and not isinstance(record.event, e.AttemptEnded | e.AttemptLost)
        )
        if not running:
            spent[state.value] = spent.get(state.value, 0.0) + seconds(record, following)
    return spent


def evidence(home: Path, intended: Recorded) -> list[Told]:
    """The events of an attempt's run, as its callback wrote them."""
    event = intended.event
    name = event.attempt if isinstance(event, e.AttemptIntended) else ""
    path = home / "attempts" / name / "evidence.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def first_task(evidence_lines: Sequence[Told]) -> float:
    """When the first task began on a host."""
    return next(float(event["at"]) for event in evidence_lines if event["event"] == "started")


def wave_starts(records: Sequence[Recorded], home: Path) -> list[float]:
    """For every later wave, seconds from its gate to the first task on a host."""
    passed: datetime | None = None
    gaps = []
    for record in records:
        if isinstance(record.event, e.GatePassed):
            passed = record.at
        elif isinstance(record.event, e.AttemptIntended) and passed is not None:
            gaps.append(first_task(evidence(home, record)) - passed.timestamp())
            passed = None
    return gaps


def reaction(records: Sequence[Recorded], home: Path) -> Times:
    """Of a deployment that failed on a host and was backed out: seconds to the decision, and to the first backout task.

    `failure_to_decision` begins at the event of the failed task; where siblings of the host go on to the end of the
    playbook, that is in it. `end_to_decision` begins at the last event of that run.
    """
    failed, _ = next(pair for pair in attempts(records) if _failed_at(evidence(home, pair[0])) is not None)
    evidence_lines = evidence(home, failed)
    decided = _first(records, e.BackoutBegan)
    back = next(r for r in records if isinstance(r.event, e.AttemptIntended) and r.event.purpose == "backout")
    return {
        "failure_to_decision": decided.at.timestamp() - (_failed_at(evidence_lines) or 0.0),
        "end_to_decision": decided.at.timestamp() - evidence_lines[-1]["at"],
        "decision_to_first_backout_task": first_task(evidence(home, back)) - decided.at.timestamp(),
    }


def _failed_at(evidence_lines: Sequence[Told]) -> float | None:
    kinds = ("failed", "unreachable")
    return next(
        (float(each["at"]) for each in evidence_lines if each["event"] == "result" and each["kind"] in kinds),
        None,
    )


def silence(records: Sequence[Recorded]) -> Times:
    """Of a deployment that was aborted: seconds until no process of the run is left here, and until hosts are seen quiet."""
    asked, lost = _first(records, e.AbortRequested), _first(records, e.AttemptLost)
    return {
        "abort_to_end_of_run": seconds(asked, lost),
        "abort_to_quiet_hosts": seconds(asked, _first(records, e.Quiesced)),
    }


def _first(records: Sequence[Recorded], kind: type) -> Recorded:
    return next(record for record in records if isinstance(record.event, kind))


def per_host(sizes: Sequence[int], costs: Sequence[float]) -> tuple[float, float]:
    """Seconds that are fixed, and seconds for each host: the straight line with the least squares."""
    middle, mean = sum(sizes) / len(sizes), sum(costs) / len(costs)
    spread = sum((size - middle) ** 2 for size in sizes)
    if not spread:
        return mean, 0.0
    slope = sum((size - middle) * (cost - mean) for size, cost in zip(sizes, costs, strict=True)) / spread
    return mean - slope * middle, slope
