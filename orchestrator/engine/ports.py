"""The ports of the engine; docstrings are their contracts. Adapters and fakes pass the same contract tests."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Acceleration, AttemptRequest, Isolation
from orchestrator.domain.evidence.attempt_sighting import Sighting, TaskSeen
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference, BaselineScope
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from orchestrator.engine import messaging_ports as messaging
from orchestrator.engine import project_ports, record_ports
from orchestrator.engine.anchor_ports import AnchorBook, Anchors, NoAnchorBook, NoAnchors
from orchestrator.engine.attachment_ports import Attachments
from orchestrator.engine.authority_ports import Authority, Governing, Keys, PrivateCopy, Tree, Voice
from orchestrator.engine.balancing_ports import Balancers
from orchestrator.engine.cmdb_ports import CmdbStore, NoCmdbStore, NoOutsideCmdbs, OutsideCmdbs
from orchestrator.engine.copy_ports import NoSharedCopies, SharedCopies
from orchestrator.engine.driver_ports import DriverClaim, Drivers
from orchestrator.engine.hint_ports import Hints, NoHints
from orchestrator.engine.journal_changes import Changes, Position
from orchestrator.engine.lease_ports import LeaseSeen
from orchestrator.engine.measuring_ports import Measurements, NoMeasurements
from orchestrator.engine.people_ports import NoPeopleStore, PeopleStore
from orchestrator.engine.prepared_ports import NoPreparedWords, PreparedWords
from orchestrator.engine.redaction import Redaction
from orchestrator.engine.repeat_ports import NoRepeats, Repeats
from orchestrator.engine.seal_ports import NoSealKeys, NoSeals, SealKeys, Seals
from orchestrator.engine.software_ports import RunsSoftware
from orchestrator.engine.storage_ports import Storage
from orchestrator.engine.ticket_ports import ChangeTickets, NoTickets
from orchestrator.engine.visiting_ports import VisitGround

__all__ = [
    "Authority",
    "DriverClaim",
    "Drivers",
    "Governing",
    "Keys",
    "PrivateCopy",
    "Storage",
    "Tree",
    "VisitGround",
    "Voice",
]

Proof = Callable[[Sequence[Recorded]], Sequence[CmdbUpdate]]
"""Raises if the records must not be appended. Returns what the CMDB learns from them."""

Watcher = Callable[[Recorded], None]


class Clock(ABC):
    """Time and waiting, so that tests and simulations can own both."""

    @abstractmethod
    def now(self) -> datetime:
        """The present moment, in UTC."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""

    @abstractmethod
    def uptime(self) -> tuple[str, float]:
        """The id of this machine's boot, and the seconds since then; setting the clock does not change them."""


@dataclass(frozen=True)
class Progress:
    """The number of a deployment's last event, and the kept fold of its first events, if that still fits.

    `deleted_up_to`: a kept fold includes events up to this one, which are not there any more; 0 where none is missing.
    """

    last: int
    kept: Deployment | None
    deleted_up_to: int = 0


class Journal(ABC):
    """The append-only events of every deployment; the only state there is."""

    def changes(self, since: Position | None) -> Changes | None:
        """What was appended since this position, the journal of the house included; None where nothing says so.

        What is read after this has all that the position names. Raises StoreFault.
        """
        return None

    @abstractmethod
    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        """Append events as one transaction, durable on return; they are numbered from expected_seq + 1.

        `proof` gets the records first; nothing is appended if it raises, and what it returns goes to the CMDB with them.
        Raises Conflict when the deployment's last number is not expected_seq: another process wrote. Nothing is appended.
        Raises StoreFault when the store cannot append them. Nothing is appended.
        """

    @abstractmethod
    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        """The deployment's events with numbers above `after`, in order; empty when there is none.

        `most`: only the first so many of them, without reading the others.

        Raises StoreFault for an event that cannot be read, and where events are missing.
        """

    @abstractmethod
    def read_raw(self, deployment: str) -> list[RawEvent]:
        """The rows of a deployment as they are stored, in order, whether they can be read or not.

        Raises StoreFault when the database itself cannot be read.
        """

    @abstractmethod
    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        """The events above `after`, condensed (domain/journal/condensed.py): expected results are only counted."""

    @abstractmethod
    def deployments(self) -> list[str]:
        """The ids of all deployments, newest first."""

    @abstractmethod
    def attempts_beside(self) -> frozenset[str]:
        """The names of all attempts that left files beside the journal, whether it knows them or not. Raises StoreFault."""

    @abstractmethod
    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        """The progress of each of these deployments that has events.

        A kept fold equals what this version of orch would fold from the same events; a fold that does not fit is None.
        """

    @abstractmethod
    def briefs(self) -> Mapping[str, Brief]:
        """The brief of every deployment that has a kept fold and no later event."""

    @abstractmethod
    def keep(self, deployments: Sequence[Deployment]) -> None:
        """Cache folds. They are not state: nothing is guaranteed, and nothing is raised."""

    @abstractmethod
    def drive_alone(self, deployment: str) -> "DriverClaim":
        """Claim the right to drive; raises Conflict, naming the holder's process, while another process holds it.

        The claim ends with its process, however that ends: at once for others in this home, and for other machines when its
        lease was seen unrenewed. So this may wait for as long as a lease lasts. Who lost the claim cannot append to what it
        drove: that raises Conflict.
        """

    def claim(self, deployment: str) -> LeaseSeen | None:
        """The claim that some process holds, on any machine; None where nobody does, or none is told. Raises StoreFault."""
        return None


class HostLocks(ABC):
    """Locks of machines by deployments; and epochs, by which a machine refuses a run older than the last it saw."""

    @abstractmethod
    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        """Lock all machines (host by machine identity), or none and return the locks that others hold. Durable on return.

        Machines that the deployment has already locked stay as they are.
        """

    @abstractmethod
    def give_back(self, deployment: str) -> None:
        """Release all locks of the deployment, if it has any."""

    @abstractmethod
    def held(self) -> list[HostLock]:
        """Every lock, oldest first."""

    @abstractmethod
    def next_epoch(self) -> int:
        """A number greater than every earlier one, across all processes."""

    @abstractmethod
    def store(self) -> str:
        """The id of the store that gives the epochs; hosts keep its newest epoch under this name. Empty where it has none."""

    @abstractmethod
    def never_given(self, epochs: Collection[int]) -> frozenset[int]:
        """Those of these epochs that this store does not know to have given. Raises StoreFault."""


class PlaybookRuns(RunsSoftware, ABC):
    """Attempts: runs of a playbook in a worker process that outlives the caller."""

    @abstractmethod
    def start(self, request: AttemptRequest) -> None:
        """Start the attempt's worker, detached. Starting the same attempt again does not run it twice.

        Raises StoreFault when there is no space for its files; the attempt then stays absent.
        """

    @abstractmethod
    def sight(self, attempt: str) -> Sighting:
        """The observed state of an attempt: absent, running, finished (with its outcome) or dead (with what it left).

        Any process may call this, also one that did not start the attempt.
        """

    def await_end(self, attempt: str, clock: Clock, seconds: float) -> None:
        """Wait up to `seconds`, less if the attempt is seen to end. Returning is no evidence of an end."""
        clock.sleep(seconds)

    @abstractmethod
    def tasks_seen(self, attempt: str, after: int = 0) -> list[TaskSeen]:
        """Numbered results so far per host and task, for the live view; never evidence."""

    def stands_still(self, attempt: str) -> str:
        """Why an open attempt does not go on, in words for people; empty where it does, as far as anybody can see."""
        return ""

    @abstractmethod
    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """End the attempt's processes on this machine; True when it is proved that none is left.

        `isolation`: what is on record of the attempt, for one whose files are gone; None where nothing is. Raises MachineLacks
        where that cannot be known: the run was in a container, and no engine answers.
        """

    @abstractmethod
    def make_ready(self, project: str, accelerate: Acceleration | None = None) -> None:
        """Prepare for attempts of this project, accelerated ones too, that may come soon.

        Runs nothing, guarantees nothing and raises nothing.
        """

    @abstractmethod
    def let_go(self) -> None:
        """Release what `make_ready` prepared. Running attempts go on, and new ones can still start."""


class Targets(ABC):
    """orch's own queries to hosts: one round trip per host, all hosts in parallel, over new connections.

    Hosts without ssh (`Target.through`) are asked through Ansible, which needs ground (`within`).
    """

    def within(self, ground: VisitGround) -> "Targets":
        """This port, with what visits through Ansible need; by default nothing does."""
        return self

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "Targets":
        """This port with connections that stay open between calls until `close`; by default none do.

        A connection that has ended is replaced; the number of open connections is bounded. With `search`, the first
        question to each host also does this search, after its checks and before a capture, for `processes_of`.
        `hand_on`: the next deploy may go by the same logins, if it comes soon.
        """
        return self

    def close(self) -> None:  # noqa: B027 - most implementations keep nothing
        """Close the open connections; the next call makes new ones."""

    def make_ready(self) -> None:  # noqa: B027 - most implementations need nothing
        """Prepare for a first query that may come soon. Queries nothing, guarantees nothing and raises nothing."""

    def pinned(self, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
        """The SHA-256 of the host keys that are pinned for each target, by host. Asks no host."""
        return {}

    @abstractmethod
    def verify(self, targets: Sequence[Target], checks: Sequence[Check], project: Path) -> list[CheckResult]:
        """Every check's result for every target that it is about, none missing; without an answer it is inconclusive.

        Each host's first result is of kind `reachable` (ssh with the pinned host key, and login). Each other result has
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
        """The baseline of every target, in what the scope has of it, or the reason, in words, why there is none."""

    @abstractmethod
    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        """Give a run's processes on each target `patience` seconds to end, kill the rest, and check again.

        A run's processes are those with ORCH_RUN=<attempt> in their environment. A Silence says why a target did not answer.
        """

    @abstractmethod
    def processes_of(
        self, targets: Sequence[Target], search: ProcessSearch
    ) -> dict[str, ProcessesSeen | Silence]:
        """Look for processes of the runs on each target, and end those that are to be ended; a Silence gives no answer.

        In a stay with the same search a target is not asked again. A process counts by its mark (ORCH_RUN=<attempt> in its
        environment), or, where it has another environment, by the login of the run.
        """

    @abstractmethod
    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        """The identity of the machine behind every target, or the reason, in words, why it is unknown.

        Two targets with the same machine_id are one machine, or clones. A reason that begins with HOST_KEY_NOT_PINNED
        (domain/plan/target.py; also from `capture`, and as the finding of `reachable`) is a security event.
        """

    @abstractmethod
    def dead(self, targets: Sequence[Target]) -> dict[str, str]:
        """Those that gave no answer of any kind when this port asked them last, each with why, in words. Asks nothing.

        A host that refuses the login, shows another key, or has a name that nobody knows, is none of them.
        """

    def release(self, targets: Sequence[Target], house: str) -> dict[str, Identity | str]:
        """Let machines go that this house governs, and identify them anew; by default none is let go.

        A machine that another house governs stays as it is.
        """
        return self.identify(targets)


class BaselineStore(ABC):
    """Baselines by the digest of their content."""

    @abstractmethod
    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        """Store all baselines, in this order, durable on return; the same content has the same digest.

        Raises StoreFault; then any of them may be stored, but none partly.
        """

    def put(self, baseline: Baseline) -> BaselineReference:
        """Store one baseline."""
        return self.put_all([baseline])[0]

    @abstractmethod
    def get(self, digest: str) -> Baseline:
        """The baseline with this digest. Raises NotFound, or StoreFault when its content does not match the digest."""


@dataclass(frozen=True)
class Ports:
    """All ports of the engine, wired by the composition root."""

    plan_files: project_ports.PlanFiles
    inspector: project_ports.Inspector
    project_files: project_ports.ProjectFiles
    clock: Clock
    journal: Journal
    storage: Storage
    locks: HostLocks
    playbooks: PlaybookRuns
    targets: Targets
    baselines: BaselineStore
    attachments: Attachments
    balancers: Balancers
    library: project_ports.MediaLibrary
    authority: Authority
    keys: Keys
    voice: Voice
    measurements: Measurements = field(default_factory=NoMeasurements)
    redaction: Redaction = field(default_factory=Redaction)
    media: project_ports.MediaSources = field(default_factory=project_ports.ProjectAlone)
    tickets: ChangeTickets = field(default_factory=NoTickets)
    seals: Seals = field(default_factory=NoSeals)
    seal_keys: SealKeys = field(default_factory=NoSealKeys)
    anchors: Anchors = field(default_factory=NoAnchors)
    anchor_book: AnchorBook = field(default_factory=NoAnchorBook)
    canaries: record_ports.CanaryFiles = field(default_factory=record_ports.NoCanaryFiles)
    disposals: record_ports.Disposals = field(default_factory=record_ports.NoDisposals)
    channels: messaging.Channels = field(default_factory=messaging.NoChannels)
    texts: messaging.MessageTexts = field(default_factory=messaging.PlainTexts)
    senders: messaging.Senders = field(default_factory=messaging.NoSenders)
    cmdb: CmdbStore = field(default_factory=NoCmdbStore)
    outside_cmdbs: OutsideCmdbs = field(default_factory=NoOutsideCmdbs)
    hints: Hints = field(default_factory=NoHints)
    repeats: Repeats = field(default_factory=NoRepeats)
    people: PeopleStore = field(default_factory=NoPeopleStore)
    prepared_words: PreparedWords = field(default_factory=NoPreparedWords)
    shared_copies: SharedCopies = field(default_factory=NoSharedCopies)
