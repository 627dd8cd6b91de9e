"""Events of the house: on a journal of its own (HOUSE), and in no deployment."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.keyring_document import HouseId
from orchestrator.domain.authority.machine_release import SignedRelease
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.cmdb.words import CiWord, SourceKind
from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.capability import CapabilityAnswer, CapabilityAssessment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Sha256, Text


class KeyringAdopted(Noun):
    """This store saw a newer version of the house's keyring; an older one, or another, is refused from now on."""

    kind: Literal["keyring_adopted"] = "keyring_adopted"
    house: HouseId
    version: Annotated[int, Field(ge=1)]
    digest: Sha256
    signed_by: Many[Text]
    by: Text


class MachineReleased(Noun):
    """A steward released a machine from the house: another house may deploy to it."""

    kind: Literal["machine_released"] = "machine_released"
    signed: SignedRelease
    by: Text
    spoken: Spoken | None = None


class PolicyAdopted(Noun):
    """A release policy is in force: of its name, exactly this version binds from now on.

    `deployment`: the one whose start was the first under it; None where a person adopted it. `project`: where that was said.
    `keyed`: keys were trusted there, so that from then on only a signed word changes it. `signed`: the word of that person.
    """

    kind: Literal["policy_adopted"] = "policy_adopted"
    policy: ReleasePolicy
    by: Text
    reason: Text
    deployment: Name | None = None
    project: Text
    keyed: bool
    signed: SignedApproval | None = None
    spoken: Spoken | None = None


class PolicyWithdrawn(Noun):
    """A release policy is no longer in force; what it governed may go on without it."""

    kind: Literal["policy_withdrawn"] = "policy_withdrawn"
    policy: Name
    version: Annotated[int, Field(ge=1)]
    by: Text
    reason: Text
    signed: SignedApproval | None = None
    spoken: Spoken | None = None


class BaselineKept(Noun):
    """A person captured the baseline that a plan declares, apart from any deployment, and keeps it as evidence."""

    kind: Literal["baseline_kept"] = "baseline_kept"
    plan_file: Text
    baselines: Many[BaselineReference]
    by: Text
    spoken: Spoken | None = None


class IncidentRecorded(Noun):
    """An incident is written down, or what is known of it now; the newest of its id counts. `source`: where it is from."""

    kind: Literal["incident_recorded"] = "incident_recorded"
    incident: Incident
    source: Text
    by: Text
    spoken: Spoken | None = None


class CriterionAnswered(Noun):
    """A person answers the question of a capability criterion, as it is asked then; the newest counts, before `until`."""

    kind: Literal["criterion_answered"] = "criterion_answered"
    criteria: Name
    criterion: Name
    question: Text
    answer: CapabilityAnswer
    note: Text
    until: Moment
    by: Text
    spoken: Spoken | None = None


class AssessmentKept(Noun):
    """A person keeps a capability assessment as it was, for comparison with later ones."""

    kind: Literal["assessment_kept"] = "assessment_kept"
    assessment: CapabilityAssessment
    reason: Text
    by: Text
    spoken: Spoken | None = None


class CisRecorded(Noun):
    """What is said of configuration items, apart from what deployments prove. `source`: a person, a file, a CMDB outside.

    `place`: the file, or the name of the CMDB.
    """

    kind: Literal["cis_recorded"] = "cis_recorded"
    words: Many[CiWord]
    source: SourceKind
    place: str = ""
    by: Text
    spoken: Spoken | None = None
