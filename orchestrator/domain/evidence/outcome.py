"""What came of an attempt on each host; no evidence is not success, and a run that never began is no failure."""

from typing import Literal

from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun

HostResult = Literal["done", "not_done", "unknown", "untouched"]


class HostOutcome(Noun):
    """What an attempt did on one host: `done` needs positive evidence; `unknown` counts as down.

    `untouched`: nothing of the playbook was run there, and the host shows no trace of it; there is nothing to back out.

    `changed_tasks` are the names of the tasks that changed something, told of second runs only. `found_epoch` is that of
    another run, for which the host refused this one.
    """

    host: HostName
    result: HostResult
    reason: str
    task: str | None = None
    ok: int = 0
    changed: int = 0
    changed_tasks: Many[str] = ()
    found_epoch: int | None = None


class AttemptOutcome(Noun):
    """What came of one run of a playbook, host by host, and what was seen outside the hosts it was meant for.

    `faults` are disagreements of the run as a whole (evidence incomplete, killed, exit code at odds with the events,
    touched hosts outside the allowed ones); with any fault no host counts as done. `outrun_on`: hosts that refused this run
    because another one, which this deployment knows nothing of, had been there. `out_of_time`: it was ended at its time limit.
    """

    attempt: str
    hosts: Many[HostOutcome]
    faults: Many[str] = ()
    exit_code: int | None = None
    started_at: Moment
    ended_at: Moment
    evidence_sha256: str = ""
    touched_outside: Many[str] = ()
    outrun_on: Many[HostName] = ()
    out_of_time: bool = False
