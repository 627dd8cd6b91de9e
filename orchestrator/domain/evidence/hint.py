"""A hint: what the tasks of a playbook say, in check mode, that they would change. It promises nothing and proves nothing."""

from typing import Literal

from orchestrator.domain.text.model_base import HostName, Many, Noun

DiffForm = Literal["text", "state", "prepared", "no_text"]
"""How a module says what would differ: two texts; two states of one thing; words of its own; or that it is no text."""
Withheld = Literal["", "closed", "mode_unknown", "no_file", "values_unknown"]
"""Why a difference is not shown: not everybody on the host may read the file, or could read what is written; nobody could tell;
it names no file; or the vaulted values are not known, so that none can be left out. Empty where it is shown."""
HintKind = Literal["ok", "skipped", "failed", "unreachable"]


class HintDiff(Noun):
    """One difference. `path`: the file, empty where none is named. `closed`: the task would let not everybody read it."""

    path: str = ""
    form: DiffForm
    text: str = ""
    cut: bool = False
    closed: bool = False
    withheld: Withheld = ""


class HintTask(Noun):
    """What a task said on a host. `unseen`: check mode skipped it, or items of it, so nobody knows what it would do.

    `acts`: of a task that says `check_mode: false`: it ran, for the plan names it, or it was held to check mode.
    """

    host: HostName
    task: str
    action: str
    kind: HintKind
    changed: bool = False
    unseen: bool = False
    ignored: bool = False
    acts: Literal["", "ran", "held"] = ""
    message: str = ""
    diffs: Many[HintDiff] = ()
    more_diffs: int = 0


class ActingTask(Noun):
    """A task that would act in check mode too, for it says `check_mode: false`."""

    task: str
    action: str


class HintRun(Noun):
    """All that one run in check mode said. `through`: the hosts that came to its end; `faults`: why it is not whole.

    `acting`: tasks that would have acted, for which nothing was run.
    """

    tasks: Many[HintTask] = ()
    through: Many[HostName] = ()
    acting: Many[ActingTask] = ()
    faults: Many[str] = ()


class StageHint(Noun):
    """The hint of one stage on the chosen hosts of it; `run` is None where people deploy it by hand."""

    stage: str = ""
    playbook: str = ""
    hosts: Many[HostName]
    run: HintRun | None = None

    @property
    def stopped(self) -> tuple[HostName, ...]:
        """The hosts on which the playbook did not come to its end."""
        return () if self.run is None else tuple(host for host in self.hosts if host not in self.run.through)

    @property
    def whole(self) -> bool:
        """Whether every chosen host came to the end."""
        return self.run is None or not (self.run.faults or self.run.acting or self.stopped)
