"""The reports of the events of the house."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.text.format import counted
from orchestrator.policy.telling.teller import Telling, at, telling_of
from orchestrator.policy.telling.words.people_words import change_words


@telling_of.register
def _keyring_adopted(event: e.KeyringAdopted, d: Deployment, counts: Counts) -> Telling:
    words = f"keyring version {event.version} of house {event.house[:16]}, signed by {' and '.join(event.signed_by)}"
    return Telling(at("house", words))


@telling_of.register
def _machine_released(event: e.MachineReleased, d: Deployment, counts: Counts) -> Telling:
    word = event.signed.release
    return Telling(at("house", f"{word.person} released {word.host} ({word.machine}): {word.reason}"))


@telling_of.register
def _policy_adopted(event: e.PolicyAdopted, d: Deployment, counts: Counts) -> Telling:
    policy = event.policy
    return Telling(
        at("policy", f"{policy.policy} version {policy.version} in force, by {event.by}: {event.reason}")
    )


@telling_of.register
def _policy_withdrawn(event: e.PolicyWithdrawn, d: Deployment, counts: Counts) -> Telling:
    words = f"{event.policy} version {event.version} no longer in force, by {event.by}: {event.reason}"
    return Telling(at("policy", words))


@telling_of.register
def _log_accepted(event: e.LogAccepted, d: Deployment, counts: Counts) -> Telling:
    words = f"the log of the store did not fit (break {event.breaks}), accepted by {event.by}: {event.reason}"
    return Telling(at("seal", words))


@telling_of.register
def _baseline_kept(event: e.BaselineKept, d: Deployment, counts: Counts) -> Telling:
    hosts = counted(len(event.baselines), "host")
    return Telling(at("baseline", f"kept of {hosts} for {event.plan_file}, by {event.by}"))


@telling_of.register
def _disposal_begun(event: e.DisposalBegun, d: Deployment, counts: Counts) -> Telling:
    words = f"begins to dispose of the record of {event.deployment}, by {event.by}: {event.reason}"
    return Telling(at("record", words))


@telling_of.register
def _disposal_finished(event: e.DisposalFinished, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("record", f"the record of {event.deployment} is disposed of"))


@telling_of.register
def _incident_recorded(event: e.IncidentRecorded, d: Deployment, counts: Counts) -> Telling:
    incident = event.incident
    state = "closed" if incident.closed is not None else "open"
    return Telling(at("incident", f"{incident.id} ({incident.title}), {state}, by {event.by}"))


@telling_of.register
def _criterion_answered(event: e.CriterionAnswered, d: Deployment, counts: Counts) -> Telling:
    words = f"{event.criterion}: {event.answer}, by {event.by}, until {event.until:%Y-%m-%d}: {event.note}"
    return Telling(at("assess", words))


@telling_of.register
def _assessment_kept(event: e.AssessmentKept, d: Deployment, counts: Counts) -> Telling:
    kept = event.assessment
    level = f"level {kept.level}" if kept.level is not None else "level not known"
    return Telling(at("assess", f"{kept.criteria}: {level}, kept by {event.by}: {event.reason}"))


@telling_of.register
def _cis_recorded(event: e.CisRecorded, d: Deployment, counts: Counts) -> Telling:
    what = counted(len(event.words), "configuration item")
    place = f" from {event.place}" if event.place else ""
    return Telling(at("cmdb", f"{what} recorded{place}, by {event.by}"))


@telling_of.register
def _people_changed(event: e.PeopleChanged, d: Deployment, counts: Counts) -> Telling:
    return Telling(at("people", f"{change_words(event.change)}, by {event.by}"))
