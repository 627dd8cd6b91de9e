"""The evidence of a run of a playbook: the events of our own channel, folded host by host."""

from typing import Literal

from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.task_changes import ChangesOn
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun

Fence = Literal["none", "ok", "newer", "other", "machine", "house", "failed"]
"""A host's answer to the first task, which presents the run's epoch: `newer`, `other`, `machine`, `house` refuse the run."""


class TaskTrouble(Noun):
    """A task that did not simply succeed, and its message (capped, and stripped of control characters)."""

    task: str
    message: str = ""


class Astray(Noun):
    """A task that went elsewhere than to the host that it was for: `where` by name, `place` as `address:port`."""

    task: str
    acting: str
    where: str
    place: str
    plugin: str = ""
    user: str = ""


class Session(Noun):
    """Who answered tasks of a host, as orch's own accelerator heard it from there: `where` by name, `place` as `address:port`.

    `acting`: the host that the tasks were for, or their delegate. `machine`: its machine-id, `boot`: the id of its kernel's
    start, `user`: the login. `task`: the first task that it answered, `answers`: how many.
    """

    acting: str
    where: str
    place: str
    machine: str = ""
    boot: str = ""
    user: str = ""
    task: str = ""
    answers: int = 0


class Recap(Noun):
    """The counts of a host as Ansible reports them; an ignored task is ok too."""

    ok: int = 0
    failures: int = 0
    unreachable: int = 0
    rescued: int = 0
    ignored: int = 0


class HostEvidence(Noun):
    """The evidence of the events for one host.

    `real` counts tasks that were ok and acted on the host itself, without facts, messages and delegated tasks. `timed_out`:
    tasks given up, which may still run. `masked`: tasks whose failure the playbook declares not to be one. `pending`:
    background tasks whose end was not seen. `rehearsed_tasks`: those that ran in check mode. `fence_said`: the epoch of another
    run, the other machine or house, or why the fence failed. `unfenced`: tasks that ran here before the fence was ok.
    `addresses`: the addresses Ansible used for this host. `astray`: tasks that ran elsewhere. `sessions`: who answered its
    tasks, in accelerated runs. `identity` distinguishes machines, whatever their names. `recap` is Ansible's own count, and
    must equal `counted`, the count of the events.
    """

    host: str
    plays: int = 0
    real: int = 0
    changed: int = 0
    changed_tasks: Many[str] = ()
    skipped: int = 0
    rehearsed_tasks: Many[str] = ()
    failed: Many[TaskTrouble] = ()
    timed_out: Many[TaskTrouble] = ()
    rescued: Many[TaskTrouble] = ()
    ignored: Many[TaskTrouble] = ()
    masked: Many[TaskTrouble] = ()
    unreachable: Many[TaskTrouble] = ()
    astray: Many[Astray] = ()
    sessions: Many[Session] = ()
    pending: Many[TaskTrouble] = ()
    fence: Fence = "none"
    fence_said: str = ""
    unfenced: int = 0
    addresses: Many[str] = ()
    sentinel: bool = False
    identity: str = ""
    counted: Recap = Recap.of_valid()
    recap: Recap | None = None
    last_task: str = ""


class RunEvidence(Noun):
    """The folded events of a run; any gap makes it incomplete.

    `touched`: every host that a task acted on. `acted_on`: those outside the run's own, written down before the task acted;
    without tasks that only look. `changes`: what tasks changed, on the hosts where they ran. `prompts`: variables that the
    playbook prompted for, unanswered. `opened`: files that are no part of what was approved. `stock`: why a run that was to be
    accelerated went Ansible's own way.
    """

    hosts: Many[HostEvidence] = ()
    gaps: Many[str] = ()
    touched: Many[str] = ()
    acted_on: Many[ActedOn] = ()
    changes: Many[ChangesOn] = ()
    prompts: Many[str] = ()
    opened: Many[OpenedFile] = ()
    stock: str = ""
    sha256: str = ""


class RunExit(Noun):
    """How the run's processes ended: `exit_code` None when they were killed; `faults` of the worker itself.

    `processes_left`: some of them could not be ended.
    """

    exit_code: int | None = None
    timed_out: bool = False
    processes_left: bool = False
    faults: Many[str] = ()
    started_at: Moment
    ended_at: Moment


def by_host(evidence: RunEvidence) -> dict[HostName, HostEvidence]:
    """The evidence of each host that an event names."""
    return {seen.host: seen for seen in reversed(evidence.hosts)}
