"""The facts that a journal holds. A deployment is the fold of these; nothing else is stored.

Every event has a `kind`. A change to an event's form raises VERSION and adds an upcast, so that old journals fold with new
code. Where a person acted, their name is part of the fact.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from orchestrator.domain.journal.events.attempts import (
    AttemptAdopted,
    AttemptEnded,
    AttemptIntended,
    AttemptLost,
    ProcessesLeft,
    Quiesced,
    QuietAwaited,
)
from orchestrator.domain.journal.events.authority import (
    ApprovalGiven,
    Approved,
    DeploymentCancelled,
    DeploymentNotAdmitted,
    GivenApproval,
    Planned,
    RecordClosed,
    Rejected,
    Reviewed,
    Submitted,
    WaveAuthorised,
    WaveNotAuthorised,
    WindowOpened,
)
from orchestrator.domain.journal.events.backout import (
    BackoutBegan,
    BackoutCompared,
    DeploymentBackoutFailed,
    ResidueFound,
    RestorationCompared,
    Restored,
    SetAside,
)
from orchestrator.domain.journal.events.changes import ChangesCompared
from orchestrator.domain.journal.events.cmdb_audit import CmdbAuditBegan, CmdbAudited, DriftAccepted
from orchestrator.domain.journal.events.disposal import DisposalBegun, DisposalFinished
from orchestrator.domain.journal.events.driving import (
    AbortRequested,
    ClockJumped,
    DeploymentHeld,
    DriverTook,
    EmergencyLifted,
    EmergencyStopped,
    Excluded,
    HeldOn,
    Paused,
    Resumed,
    Retried,
)
from orchestrator.domain.journal.events.duties import DutyDone
from orchestrator.domain.journal.events.environments import EnvironmentLeft
from orchestrator.domain.journal.events.house import (
    AssessmentKept,
    BaselineKept,
    CisRecorded,
    CriterionAnswered,
    IncidentRecorded,
    KeyringAdopted,
    MachineReleased,
    PolicyAdopted,
    PolicyWithdrawn,
)
from orchestrator.domain.journal.events.manual import StepAnswered, StepOverdue, StepResult
from orchestrator.domain.journal.events.measuring import Measured
from orchestrator.domain.journal.events.messages import MessagesTried, MessageTry
from orchestrator.domain.journal.events.objectives import ObjectiveAccepted, ObjectiveMeasured
from orchestrator.domain.journal.events.people import PeopleChanged
from orchestrator.domain.journal.events.post_review import (
    ActionAgreed,
    ActionDone,
    IncidentLinked,
    OverdueReminded,
    PostReviewAnswered,
    PostReviewClosed,
    PostReviewOpened,
    ReviewQuestion,
    SatisfactionGiven,
)
from orchestrator.domain.journal.events.preparation import (
    BaselineCaptured,
    ComponentsVerified,
    DeploymentRefused,
    EnvironmentVerified,
)
from orchestrator.domain.journal.events.retention import LegalHoldLifted, LegalHoldPlaced, RecordArchived
from orchestrator.domain.journal.events.rotation import RotationBegan, RotationEnded
from orchestrator.domain.journal.events.schedule import StartMissed, StartPutOff
from orchestrator.domain.journal.events.seals import DamageHere, LogAccepted, SealAccepted, SealBroken
from orchestrator.domain.journal.events.tickets import (
    Delivered,
    DeliveryOwed,
    TicketOpened,
    TicketSeen,
)
from orchestrator.domain.journal.events.waves import (
    Completed,
    CompletedWithExceptions,
    Confirmed,
    EarlyLifeBegan,
    EarlyLifeFailed,
    EntryChecked,
    GatePassed,
    GateReached,
    WaveChecked,
    WaveDeployed,
    WaveFailed,
    WaveRejected,
    WaveVerified,
)
from orchestrator.domain.text.model_base import Moment, Name, Noun

VERSION = 1

HOUSE = "orch.house"
"""The journal of what concerns every deployment: stops, policies, the keyring, released machines. It is no deployment."""

UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By version: the function that upcasts a stored event of that version to the next."""

Event = Annotated[
    Planned
    | Submitted
    | Approved
    | Rejected
    | DeploymentCancelled
    | WindowOpened
    | DeploymentNotAdmitted
    | StartPutOff
    | StartMissed
    | ApprovalGiven
    | WaveAuthorised
    | WaveNotAuthorised
    | Reviewed
    | RecordClosed
    | SealAccepted
    | SealBroken
    | LogAccepted
    | DutyDone
    | MessagesTried
    | ComponentsVerified
    | EnvironmentVerified
    | BaselineCaptured
    | DeploymentRefused
    | EntryChecked
    | AttemptIntended
    | AttemptAdopted
    | AttemptEnded
    | AttemptLost
    | QuietAwaited
    | Quiesced
    | ProcessesLeft
    | WaveDeployed
    | WaveFailed
    | WaveChecked
    | ChangesCompared
    | WaveVerified
    | WaveRejected
    | GateReached
    | Measured
    | Confirmed
    | GatePassed
    | EarlyLifeBegan
    | EarlyLifeFailed
    | Completed
    | CompletedWithExceptions
    | BackoutBegan
    | BackoutCompared
    | RestorationCompared
    | Restored
    | ResidueFound
    | DeploymentBackoutFailed
    | DeploymentHeld
    | Retried
    | RotationBegan
    | RotationEnded
    | ObjectiveAccepted
    | ObjectiveMeasured
    | TicketOpened
    | TicketSeen
    | DeliveryOwed
    | Delivered
    | StepAnswered
    | StepOverdue
    | Excluded
    | HeldOn
    | Paused
    | Resumed
    | AbortRequested
    | EmergencyStopped
    | KeyringAdopted
    | BaselineKept
    | MachineReleased
    | EmergencyLifted
    | PolicyAdopted
    | PolicyWithdrawn
    | ClockJumped
    | DriverTook
    | EnvironmentLeft
    | PostReviewOpened
    | PostReviewAnswered
    | SatisfactionGiven
    | ActionAgreed
    | ActionDone
    | PostReviewClosed
    | IncidentLinked
    | OverdueReminded
    | RecordArchived
    | LegalHoldPlaced
    | LegalHoldLifted
    | IncidentRecorded
    | CriterionAnswered
    | AssessmentKept
    | CmdbAuditBegan
    | CmdbAudited
    | DriftAccepted
    | DisposalBegun
    | DisposalFinished
    | CisRecorded
    | PeopleChanged,
    Field(discriminator="kind"),
]


class Recorded(Noun):
    """An event on the journal: its deployment, its number, its time, and the version of its form."""

    deployment: Name
    seq: Annotated[int, Field(ge=1)]
    at: Moment
    version: int = VERSION
    event: Event


__all__ = [
    "HOUSE",
    "UPCASTS",
    "VERSION",
    "AbortRequested",
    "ActionAgreed",
    "ActionDone",
    "ApprovalGiven",
    "Approved",
    "AssessmentKept",
    "AttemptAdopted",
    "AttemptEnded",
    "AttemptIntended",
    "AttemptLost",
    "BackoutBegan",
    "BackoutCompared",
    "BaselineCaptured",
    "BaselineKept",
    "ChangesCompared",
    "CisRecorded",
    "ClockJumped",
    "CmdbAuditBegan",
    "CmdbAudited",
    "Completed",
    "CompletedWithExceptions",
    "ComponentsVerified",
    "Confirmed",
    "CriterionAnswered",
    "DamageHere",
    "Delivered",
    "DeliveryOwed",
    "DeploymentBackoutFailed",
    "DeploymentCancelled",
    "DeploymentHeld",
    "DeploymentNotAdmitted",
    "DeploymentRefused",
    "DisposalBegun",
    "DisposalFinished",
    "DriftAccepted",
    "DriverTook",
    "DutyDone",
    "EarlyLifeBegan",
    "EarlyLifeFailed",
    "EmergencyLifted",
    "EmergencyStopped",
    "EntryChecked",
    "EnvironmentLeft",
    "EnvironmentVerified",
    "Event",
    "Excluded",
    "GatePassed",
    "GateReached",
    "GivenApproval",
    "HeldOn",
    "IncidentLinked",
    "IncidentRecorded",
    "KeyringAdopted",
    "LegalHoldLifted",
    "LegalHoldPlaced",
    "LogAccepted",
    "MachineReleased",
    "Measured",
    "MessageTry",
    "MessagesTried",
    "ObjectiveAccepted",
    "ObjectiveMeasured",
    "OverdueReminded",
    "Paused",
    "PeopleChanged",
    "Planned",
    "PolicyAdopted",
    "PolicyWithdrawn",
    "PostReviewAnswered",
    "PostReviewClosed",
    "PostReviewOpened",
    "ProcessesLeft",
    "Quiesced",
    "QuietAwaited",
    "RecordArchived",
    "RecordClosed",
    "Recorded",
    "Rejected",
    "ResidueFound",
    "RestorationCompared",
    "Restored",
    "Resumed",
    "Retried",
    "ReviewQuestion",
    "Reviewed",
    "RotationBegan",
    "RotationEnded",
    "SatisfactionGiven",
    "SealAccepted",
    "SealBroken",
    "SetAside",
    "StartMissed",
    "StartPutOff",
    "StepAnswered",
    "StepOverdue",
    "StepResult",
    "Submitted",
    "TicketOpened",
    "TicketSeen",
    "WaveAuthorised",
    "WaveChecked",
    "WaveDeployed",
    "WaveFailed",
    "WaveNotAuthorised",
    "WaveRejected",
    "WaveVerified",
    "WindowOpened",
]
