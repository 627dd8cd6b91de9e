"""What a report counts of one deployment: the moments and results of its journal, also those that a fold forgets."""

from typing import Literal, get_args

from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, Ended
from orchestrator.domain.plan.change_request import ChangeType
from orchestrator.domain.text.model_base import Many, Moment, Noun

FailureCode = Literal[
    "deploying",
    "verification",
    "changes",
    "metrics",
    "soak",
    "early_life",
    "not_authorised",
    "not_as_rehearsed",
    "record_broken",
    "aborted",
    "chosen",
    "hosts_left_out",
    "rejected",
    "refused_approval",
    "refused_window",
    "refused_components",
    "refused_environment",
    "refused_baseline",
    "refused_entry",
    "refused_rotation",
    "refused_deploy",
    "not_known",
]
FAILURE_CODES: tuple[FailureCode, ...] = get_args(FailureCode)
WaitKind = Literal["approval", "window", "admission", "hold", "pause", "confirmation", "step"]
StartResult = Literal["on_time", "late", "put_off", "missed", "withdrawn", "not_begun"]
START_RESULTS: tuple[StartResult, ...] = get_args(StartResult)


class BackoutFact(Noun):
    """One backout: `late` took back what had been completed. `failed_at`: the failure that it answers, where there was one."""

    began: Moment
    ended: Moment | None
    result: Ended | None
    late: bool
    failed_at: Moment | None


class WaitFact(Noun):
    """One wait: for a word (`on` is the role of it, where the plan says that), or for the calendar."""

    kind: WaitKind
    on: str
    began: Moment
    ended: Moment | None


class ObjectiveFact(Noun):
    """One objective that can be measured: `at` is when it was measured last, or when it is due."""

    result: Literal["achieved", "not achieved", "not yet known"]
    at: Moment
    accepted: bool


class IncidentFact(Noun):
    """One incident. `related` is whether it came of the deployment that holds this fact, `told_at` when that was said."""

    id: str
    opened: Moment
    severity: str | None = None
    related: bool = False
    told_at: Moment


class SatisfactionFact(Noun):
    """What one stakeholder said last of a deployment: from 1 to 5."""

    score: int
    at: Moment


class DeploymentFacts(Noun):
    """One deployment for the measures.

    `ended` is its first end: what is taken back later was deployed until then. `cause` is why that end is not a good one.
    `last_run`: when the last run before that end ended. `closes`: the end of the opening in which it began, if it has one.
    `compared`: when waves were compared with what they may change, and whether they changed anything else.
    """

    id: str
    release: str = ""
    version: str = ""
    service: str | None
    model: str | None
    approved_model: bool
    environment: str
    change: ChangeType
    rehearsal: bool
    rehearsal_passed: bool = False
    planned: Moment
    starts: Moment | None = None
    start: StartResult | None = None
    begun: Moment | None = None
    end: Ended | None = None
    ended: Moment | None = None
    cause: FailureCode | None = None
    last_run: Moment | None = None
    closes: Moment | None = None
    backouts: Many[BackoutFact] = ()
    waits: Many[WaitFact] = ()
    objectives: Many[ObjectiveFact] = ()
    compared: Many[tuple[Moment, bool]] = ()
    incidents: Many[IncidentFact] = ()
    satisfaction: Many[SatisfactionFact] = ()

    @property
    def touched_and_ended(self) -> bool:
        """It came to an end after it may have changed a host."""
        return self.end is not None and self.end not in NEVER_TOUCHED

    @property
    def taken_back_later(self) -> bool:
        """It was completed, and a backout of that has begun since."""
        return any(backout.late for backout in self.backouts)


class HostAuditFact(Noun):
    """One host of an audit: `items` were compared (0: none), and these were changed outside of deployments.

    `unlisted`: further ones that the journal only counts. `astray`: records and reality do not share the host.
    """

    host: str
    items: int
    changed: Many[str] = ()
    unlisted: int = 0
    astray: bool = False


class AuditFact(Noun):
    """One audit that ended."""

    at: Moment
    hosts: Many[HostAuditFact]


class FindingFact(Noun):
    """One item that was found otherwise than recorded: since when, and until when nobody had settled it."""

    since: Moment
    until: Moment | None


class HouseFacts(Noun):
    """What a report counts of the journal of the house: baselines that people kept, incidents, and audits of hosts.

    `disposed`: when each deployment began and ended whose record was disposed of; nothing else of it can be counted.
    """

    baselines_kept: Many[Moment] = ()
    incidents: Many[IncidentFact] = ()
    audits: Many[AuditFact] = ()
    findings: Many[FindingFact] = ()
    disposed: Many[tuple[Moment, Moment]] = ()
