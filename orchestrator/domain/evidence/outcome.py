"""The outcome of an attempt on each host; no evidence is not success, and a run that never began is no failure."""

from typing import Literal

from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.run_evidence import Session
from orchestrator.domain.evidence.task_changes import ChangesOn
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun

HostResult = Literal["done", "not_done", "unknown", "untouched"]


class HostOutcome(Noun):
    """The outcome of an attempt on one host: `done` needs positive evidence; `unknown` counts as down.

    `untouched`: nothing of the playbook ran there, and the host shows no trace of it; there is nothing to back out.

    `changed_tasks` names the tasks that changed something, in second runs only. `found_epoch` is the epoch of another run
    that made the host refuse this one. `sessions`: who answered its tasks, in accelerated runs.
    """

    host: HostName
    result: HostResult
    reason: str
    task: str | None = None
    ok: int = 0
    changed: int = 0
    changed_tasks: Many[str] = ()
    found_epoch: int | None = None
    sessions: Many[Session] = ()


class AttemptOutcome(Noun):
    """The outcome of one run of a playbook, host by host, and what it did outside the hosts it was meant for.

    `faults` are faults of the run as a whole (evidence incomplete, killed, exit code at odds with the events, touched hosts
    outside the allowed ones); with any fault no host counts as done. `outrun_on`: hosts that refused this run because they
    had seen another run that this deployment does not know. `out_of_time`: it was stopped at its time limit. `acted_on`:
    every host outside the run's own that its tasks acted on, allowed or not. `starved`: what this machine lacked (space,
    inodes, descriptors), so that nothing was run; None where it lacked nothing. `changes`: what its tasks changed, on the
    hosts where they ran, delegates included; None: an earlier version kept none.
    `opened`: files outside of what was approved that it read, and that the check of the plan had not named. `stock`: why it
    was not accelerated, though the plan asks for it.
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
    acted_on: Many[ActedOn] = ()
    starved: str | None = None
    changes: Many[ChangesOn] | None = None
    opened: Many[OpenedFile] = ()
    stock: str = ""
