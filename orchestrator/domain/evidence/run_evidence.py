"""What a run of a playbook left as evidence: the events of our own channel, folded host by host."""

from typing import Literal

from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun

Fence = Literal["none", "ok", "newer", "other", "machine", "failed"]
"""What a host answered to the first task, which shows it the run's epoch: `newer`, `other` and `machine` refuse the run."""


class TaskTrouble(Noun):
    """A task that did not simply succeed, and what it said (capped, and stripped of control characters)."""

    task: str
    message: str = ""


class Recap(Noun):
    """Counts for a host as Ansible counts; an ignored task is ok too."""

    ok: int = 0
    failures: int = 0
    unreachable: int = 0
    rescued: int = 0
    ignored: int = 0


class HostEvidence(Noun):
    """What the events say of one host.

    `real` counts tasks that were ok and acted on the host itself; facts, messages and tasks done elsewhere are not
    among them. `timed_out`: tasks given up, which may go on. `masked`: tasks whose failure was declared not to be one.
    `pending`: tasks left in the background, end unseen. `rehearsed`: tasks that ran in check mode. `fence_said`: the epoch
    of another run, the other machine, or why it failed. `unfenced`: tasks that ran here before the fence was ok.
    `addresses`: where Ansible went for this host. `identity` tells machines apart, whatever they are called. `recap` is
    Ansible's own count, and must agree with `counted`, the count of the events.
    """

    host: str
    plays: int = 0
    real: int = 0
    changed: int = 0
    changed_tasks: Many[str] = ()
    skipped: int = 0
    rehearsed: int = 0
    failed: Many[TaskTrouble] = ()
    timed_out: Many[TaskTrouble] = ()
    rescued: Many[TaskTrouble] = ()
    ignored: Many[TaskTrouble] = ()
    masked: Many[TaskTrouble] = ()
    unreachable: Many[TaskTrouble] = ()
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

    `touched`: every host that a task really acted on. `prompts`: variables that a person was asked for, unanswered.
    """

    hosts: Many[HostEvidence] = ()
    gaps: Many[str] = ()
    touched: Many[str] = ()
    prompts: Many[str] = ()
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
    """What is known of each host that an event names."""
    return {seen.host: seen for seen in reversed(evidence.hosts)}
