"""Every port of the engine, with its contract in the docstring. Adapters and fakes pass the same contract suite."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference, BaselineScope
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.authority_ports import Authority, Governing, Keys, PrivateCopy, Tree

__all__ = ["Authority", "Governing", "Keys", "PrivateCopy", "Tree"]

Proof = Callable[[Sequence[Recorded]], None]
"""Raises where records may not be on a journal."""


class Clock(ABC):
    """Time and waiting, so that tests and simulations can own both."""

    @abstractmethod
    def now(self) -> datetime:
        """The present moment, in UTC."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""

    @abstractmethod
    def uptime(self) -> tuple[str, float]:
        """Which boot of this machine, and the seconds since; no setting of the clock moves them."""


@dataclass(frozen=True)
class Progress:
    """How far a deployment's journal is, and what was kept of a beginning of it, where that still fits."""

    last: int
    kept: Deployment | None


class Journal(ABC):
    """The append-only events of every deployment; the only state there is."""

    @abstractmethod
    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        """Append events as one transaction, durable on return; they are numbered from expected_seq + 1.

        `proof` is shown the very records that are returned, before they are appended; nothing is where it raises.
        Raises Conflict when the deployment's last number is not expected_seq: somebody else wrote; nothing is appended.
        Raises StoreFault when the store cannot take them; nothing is appended.
        """

    @abstractmethod
    def read(self, deployment: str, after: int = 0) -> list[Recorded]:
        """The deployment's events with numbers above `after`, in order; empty when there is none."""

    @abstractmethod
    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        """The same events condensed (domain/journal/condensed.py): what is as it should be is only counted."""

    @abstractmethod
    def deployments(self) -> list[str]:
        """The ids of all deployments, newest first."""

    @abstractmethod
    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        """The progress of each of these that has events.

        What was kept is what the same orch would make of as many first events; whatever does not fit that is None.
        """

    @abstractmethod
    def briefs(self) -> Mapping[str, Brief]:
        """Those of all deployments of which something was kept and nothing happened since."""

    @abstractmethod
    def keep(self, deployments: Sequence[Deployment]) -> None:
        """Keep folds, so that they need not be made again. They are no state: nothing is promised, and nothing is raised."""

    @abstractmethod
    def drive_alone(self, deployment: str) -> "DriverClaim":
        """Claim the right to drive; raises Conflict, naming the holder's process, while another process holds it.

        The claim ends with the process that made it, however that ends.
        """


class DriverClaim(ABC):
    """The right to drive one deployment; a context manager that gives it back."""

    @abstractmethod
    def __enter__(self) -> "DriverClaim": ...

    @abstractmethod
    def __exit__(self, *exception: object) -> None: ...


class Storage(ABC):
    """The disk that deployments are kept on, and the ballast: room held back for backouts, and given up when it is needed."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where that is, in words for people."""

    @property
    @abstractmethod
    def reserve(self) -> int:
        """Bytes that must be free before anything new is begun."""

    @abstractmethod
    def room(self) -> int:
        """Bytes that are free. Raises StoreFault."""

    @abstractmethod
    def lay_in(self, deployment: str, size: int) -> int:
        """Hold back so many bytes for a deployment, as far as the reserve stays free; the bytes that are held back now.

        What is held back already counts. Never raises for a disk without room.
        """

    @abstractmethod
    def release(self, deployment: str) -> int:
        """Give up about half of what is held back for a deployment; the bytes given up.

        A part stays, for a disk that somebody else fills again, and for the appends to its journal, which take of it by
        themselves when there is no room.
        """

    @abstractmethod
    def give_back(self, deployment: str) -> None:
        """Give up all that is held back for a deployment: it is over."""


class HostLocks(ABC):
    """Who may touch which machine; and epochs, by which a machine refuses a run older than the last it saw."""

    @abstractmethod
    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        """Lock all machines (host by machine identity), or none: then the locks that others hold. Durable on return.

        Machines that the deployment holds already stay locked as they were.
        """

    @abstractmethod
    def give_back(self, deployment: str) -> None:
        """Unlock everything that the deployment holds; nothing where it holds none."""

    @abstractmethod
    def held(self) -> list[HostLock]:
        """Every lock, oldest first."""

    @abstractmethod
    def next_epoch(self) -> int:
        """A number greater than every one given before, by any process."""


class Drivers(ABC):
    """Drivers of deployments beside this process, which outlive it."""

    @abstractmethod
    def begin(self, deployment: str, by: str) -> None:
        """Begin to drive a deployment; returns at once. Raises StoreFault.

        Who drives is decided by the claim on the journal: of two drivers of one deployment the second ends at once.
        """

    @abstractmethod
    def alive(self, deployment: str) -> bool:
        """Whether the driver that was begun here last is still there."""

    @abstractmethod
    def last_words(self, deployment: str) -> str:
        """What it said last to people, such as what it stumbled over; empty where it said nothing."""


class PlaybookRuns(ABC):
    """Attempts: runs of a playbook in a worker process that outlives the caller."""

    @abstractmethod
    def start(self, request: AttemptRequest) -> None:
        """Start the attempt's worker, detached. Starting the same attempt a second time runs nothing twice.

        Raises StoreFault when there is no room for what it writes; then the attempt is as absent as before.
        """

    @abstractmethod
    def sight(self, attempt: str) -> Sighting:
        """What can be seen of an attempt now: absent, running, finished (with its outcome) or dead (with what it left).

        Any process may ask, also one that did not start it.
        """

    def await_end(self, attempt: str, clock: Clock, seconds: float) -> None:
        """Wait so many seconds; no longer than to the attempt's end, where that can be noticed. It is no evidence of one."""
        clock.sleep(seconds)

    @abstractmethod
    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """Per host and task what happened so far, numbered, for the live view; never evidence."""

    @abstractmethod
    def stop(self, attempt: str) -> bool:
        """End the attempt's processes on this machine and prove it; True when none is left."""

    @abstractmethod
    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Attempts of this project may come soon, accelerated ones too: prepare what they need.

        Nothing is run, and nothing is promised or raised.
        """

    @abstractmethod
    def let_go(self) -> None:
        """Give up what was made ready. Attempts go on, and new ones can be started as before."""


class PlanFiles(ABC):
    """Release plans as people hand them in: files, each in the folder of its project."""

    @abstractmethod
    def load(self, file: Path, project: Path | None = None) -> PreparedPlan:
        """The plan in a file, with its lines and its place; nothing that it names is opened.

        `project` overrides the folder that its paths are relative to. Raises NotFound, PlanFault with every fault of its form.
        """


class Inspector(ABC):
    """What Ansible itself says of a plan's inventory and playbooks, without touching a host."""

    @abstractmethod
    def inspect(self, plan: ReleasePlan, project: Path) -> Inspection:
        """The targets of `strategy.hosts`, the groups, and the deploy and the backout playbook, in this order.

        Never raises for what users' files hold; what is wrong with them is in the inspection.
        """

    @abstractmethod
    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        """What in a playbook, and in what it includes, can end green without having worked, or wait for a person."""

    @abstractmethod
    def settings_overridden(self, project: Path) -> list[str]:
        """A sentence for each setting of the project's ansible.cfg that orch does not follow."""


FileKind = Literal["file", "directory", "absent", "outside"]


class ProjectFiles(ABC):
    """The files that a plan names, by their paths in its project."""

    @abstractmethod
    def kind(self, project: Path, path: str) -> FileKind:
        """What stands at a path, links followed; `outside` where it leads out of the project."""

    @abstractmethod
    def kind_anywhere(self, project: Path, path: str) -> FileKind:
        """What stands at a path that may be absolute and lie outside the project."""


class Targets(ABC):
    """What orch itself asks of hosts: one round trip a host, all hosts in parallel, on new connections."""

    def stay(self) -> "Targets":
        """The same port, whose connections stay from one call to the next until `close`; by default none do.

        A connection that ended meanwhile is replaced by a new one; how many stay at once is bounded.
        """
        return self

    def close(self) -> None:  # noqa: B027 - most implementations keep nothing
        """End the connections that stayed; the next call makes new ones."""

    def make_ready(self) -> None:  # noqa: B027 - most implementations need nothing
        """Hosts may be asked soon: prepare what the first question needs. Nothing is asked, promised or raised."""

    @abstractmethod
    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """Every check's result for every target, none missing; a host that cannot be asked is inconclusive for each check.

        The first result of each host is of kind `reachable` (ssh with the pinned host key, and login). Each of the others has
        the number of its check in the list.
        """

    @abstractmethod
    def verify_units(
        self, targets: Sequence[Target], digests: Mapping[str, str], title: str = "components"
    ) -> list[CheckResult]:
        """One `component` result per target and absolute path: the file on the target has this SHA-256.

        Each has the number of its path in the mapping.
        """

    @abstractmethod
    def capture(self, targets: Sequence[Target], scope: BaselineScope) -> dict[str, Baseline | str]:
        """The baseline of every target, or the reason in words why there is none."""

    @abstractmethod
    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """Give a run's processes on each target `patience` seconds, end those that are left, and look again.

        A run's processes are those with ORCH_RUN=<attempt> in their environment. A silence says why a target told nothing.
        """

    @abstractmethod
    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """Which machine answers for every target, or the reason in words why that cannot be told.

        Two targets with one machine_id are two names of one machine. A reason that begins with HOST_KEY_NOT_PINNED
        (domain/plan/target.py; also from `capture`, and as the finding of `reachable`) is a security event.
        """


class BaselineStore(ABC):
    """Baselines by the digest of their content."""

    @abstractmethod
    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        """Store every one, durable on return, in this order; the same content has the same digest.

        Raises StoreFault; then any of them may be stored, and none is half there.
        """

    def put(self, baseline: Baseline) -> BaselineReference:
        """Store one."""
        return self.put_all([baseline])[0]

    @abstractmethod
    def get(self, digest: str) -> Baseline:
        """Raises NotFound, or StoreFault when the content no longer matches its digest."""


class MediaLibrary(ABC):
    """The definitive media library: release units by path."""

    @abstractmethod
    def digest(self, project: Path, artefact: str) -> str:
        """SHA-256 of the artefact's bytes. Raises NotFound."""

    @abstractmethod
    def members(self, project: Path, artefact: str) -> dict[str, str]:
        """SHA-256 by path of each regular file in an archive; a plain file is its own only member, by the path ``."""


Watcher = Callable[[Recorded], None]


@dataclass(frozen=True)
class Ports:
    """All ports of the engine, wired by the composition root."""

    plan_files: PlanFiles
    inspector: Inspector
    project_files: ProjectFiles
    clock: Clock
    journal: Journal
    storage: Storage
    locks: HostLocks
    playbooks: PlaybookRuns
    targets: Targets
    baselines: BaselineStore
    library: MediaLibrary
    authority: Authority
    keys: Keys
