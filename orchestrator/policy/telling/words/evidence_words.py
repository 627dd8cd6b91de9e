"""Words for evidence: what each code is called, what a gap and its absence mean, and how the next deployment closes it."""

from collections.abc import Mapping
from typing import NamedTuple

from orchestrator.domain.evidence.clause_evidence import EvidenceCode, EvidenceState


class EvidenceMeaning(NamedTuple):
    """A title; a sentence for a gap; one for where it does not apply; one for the next deployment."""

    title: str
    gap: str
    nothing: str
    next_time: str


M = EvidenceMeaning
TOUCHED_NOTHING = "It touched no host, or is a rehearsal."
EVIDENCE_WORDS: Mapping[EvidenceCode, EvidenceMeaning] = {
    "release_planned": M("Release plan", "There is no plan.", TOUCHED_NOTHING, "Deploy a plan."),
    "roles_assigned": M("Roles", "No role is filled.", TOUCHED_NOTHING, "Fill in `roles` in the plan."),
    "backout_planned": M(
        "Backout planned", "No backout is planned.", TOUCHED_NOTHING, "Fill in `backout` in the plan."
    ),
    "service_and_cis_named": M(
        "Service and configuration items named",
        "The plan does not name the service and the configuration items that it changes.",
        TOUCHED_NOTHING,
        "Fill in `release.service` and `release.cis` in the plan.",
    ),
    "change_request_named": M(
        "Request for change named",
        "The plan names no request for change and no change ticket.",
        TOUCHED_NOTHING,
        "Fill in `release.rfcs` or `approval.ticket` in the plan.",
    ),
    "impact_assessed": M(
        "Impact assessed",
        "Nobody weighed the change, or said the class of its impact.",
        TOUCHED_NOTHING,
        "Fill in `assessment` or `approval.impact` in the plan.",
    ),
    "security_assessed": M(
        "Effect on security assessed",
        "Nobody weighed the effect on security.",
        TOUCHED_NOTHING,
        "Fill in `assessment.security` in the plan.",
    ),
    "policy_applied": M(
        "Release policy applied",
        "No release policy bound it.",
        TOUCHED_NOTHING,
        "Bring a policy into force that covers it; orch policy list shows those that there are.",
    ),
    "documents_approved": M(
        "Policy and model approved",
        "Its policy or model was not approved as a document.",
        "No policy and no model bound it.",
        "Give the file a section `document`, and have it approved; orch policy list and orch model list show how they stand.",
    ),
    "model_followed": M(
        "Deployment model followed",
        "It followed no deployment model.",
        TOUCHED_NOTHING,
        "Name one in `strategy.model` of the plan; orch model list shows those that there are.",
    ),
    "schedule_published": M(
        "Date in the schedule of change",
        "It was in no schedule of change before it began.",
        "A rehearsal is no change.",
        "Plan the next one with a date: orch schedule add PLAN --at TIME",
    ),
    "interested_parties_told": M(
        "Interested parties told",
        "Not every message of its communication plan was sent, or the plan has none that orch sends.",
        "It touched no host and owed no message, or is a rehearsal.",
        "Give the entries of `communication` in the plan a `notify`; orch messages check shows the channels.",
    ),
    "approval_by_role": M(
        "Approval by role",
        "Nobody approved it in a role.",
        "It ended before anybody had to.",
        "Ask for roles in `approval.required` of the plan, or `approvals.before` of the policy.",
    ),
    "duties_separated": M(
        "Approval apart from request and work",
        "Nobody approved it who neither requested nor drove it.",
        "It touched no host, or is a standard change that the policy approves beforehand.",
        "Have somebody else approve it; `separation` of the policy can demand that.",
    ),
    "emergency_authorised": M(
        "Emergency authorised",
        "It was an emergency without an approval under an emergency procedure.",
        "It was no emergency.",
        "Fill in `emergency` in the policy, with the roles that approve.",
    ),
    "emergency_reviewed": M(
        "Emergency reviewed",
        "It was not reviewed afterwards by everybody who is to.",
        "No emergency, and no review was asked for.",
        "Fill in `emergency.reviewers` in the policy.",
    ),
    "components_verified": M(
        "Release units verified",
        "The release units were not compared with their digests.",
        "It carries no units, or touched no host.",
        "Let the deployment verify them: it does so by itself.",
    ),
    "components_signed": M(
        "Release units signed",
        "No trusted signature vouches for each unit.",
        "It carries no units, or touched no host.",
        "Fill in `signature` or `provenance` of the units in the plan.",
    ),
    "tested_before_live": M(
        "Tested before",
        "It rests on no rehearsal, and not each release unit has a test report.",
        TOUCHED_NOTHING,
        "Rehearse the next one: orch rehearse PLAN --in ENVIRONMENT; or name test reports in `provenance` of its units.",
    ),
    "backout_tested": M(
        "Backout tested",
        "No rehearsal showed that the release can be taken back.",
        TOUCHED_NOTHING,
        "Rehearse the next one: orch rehearse PLAN --in ENVIRONMENT; `rehearsal` of the policy can demand that.",
    ),
    "environment_verified": M(
        "Environment verified",
        "The hosts were not verified before they were touched.",
        "It touched no host.",
        "Let the deployment verify them: it does so by itself.",
    ),
    "baseline_before_deployment": M(
        "Baseline before deployment",
        "The baseline of some hosts was not captured before they were touched.",
        "It touched no host.",
        "Let the deployment capture it: it does so by itself.",
    ),
    "acceptance_criteria_verified": M(
        "Acceptance criteria verified",
        "A wave was deployed and its acceptance checks were not asked.",
        "No wave was deployed whole.",
        "Let the deployment ask them: it does so after each wave.",
    ),
    "unmet_criteria_decided": M(
        "Unmet criteria decided on",
        "There is no decision on a criterion that was not met.",
        "Every criterion that was asked was met.",
        "Decide at the hold; orch pir answer takes what was not decided then.",
    ),
    "configuration_compared_after": M(
        "Configuration compared afterwards",
        "It is not known of every host what the release changed there.",
        "It was backed out, touched no host, or is a rehearsal.",
        "Let the deployment compare it: it does so after each wave.",
    ),
    "cmdb_updated": M(
        "CMDB updated",
        "The CMDB of this store lacks what the deployment proved of its hosts.",
        "It touched no host.",
        "Make the CMDB anew from the journals.",
    ),
    "restoration_proved": M(
        "Restoration proved",
        "It was backed out, and not every host is proved to equal its baseline.",
        "It was not backed out.",
        "Look at what differs, and take it back again or by hand.",
    ),
    "unsuccessful_investigated": M(
        "Failure investigated",
        "It failed or was taken back, and cause and action are not on record.",
        "It did not fail.",
        "Answer the questions of its review.",
    ),
    "incidents_considered": M(
        "Incidents considered",
        "Nobody said which incidents came of it, or that none did.",
        TOUCHED_NOTHING,
        "Link incidents as they come: orch incident list shows those that are told.",
    ),
    "review_held": M(
        "Review held",
        "Its post-implementation review is not closed.",
        TOUCHED_NOTHING,
        "Ask for one in `review` of the policy.",
    ),
    "actions_done": M(
        "Actions done",
        "An action of its review is not done.",
        "Its review agreed on none.",
        "See to it by its date: orch actions shows them.",
    ),
    "objectives_measured": M(
        "Objectives measured",
        "An objective was not measured, or was missed without a decision.",
        "It was backed out, touched no host, or is a rehearsal.",
        "Give objectives a measure, a target and a due time in the plan.",
    ),
    "customer_asked": M(
        "Customers asked",
        "Nobody said what customers noticed.",
        TOUCHED_NOTHING,
        "Answer the question of its review.",
    ),
    "result_accepted": M(
        "Result accepted",
        "Not everybody who is to has accepted the result.",
        "Nobody was to accept it, or it was backed out.",
        "Name the roles in `approval.sign_off` of the plan, or `approvals.after` of the policy.",
    ),
    "change_ticket_told": M(
        "Change ticket told the end",
        "Its change ticket does not say how it ended.",
        "It has no change ticket.",
        "Try again: the ticket system did not take it.",
    ),
    "record_sealed": M(
        "Record sealed",
        "The record is not proved to be what was sealed.",
        TOUCHED_NOTHING,
        "Find out what was changed before anything rests on it.",
    ),
    "record_archived": M(
        "Record archived",
        "The record is not archived for the time that it is to be kept.",
        TOUCHED_NOTHING,
        "Archive it once nothing is open.",
    ),
    "results_measured": M(
        "Results measured",
        "No deployment ended in this period: there is nothing to measure.",
        "The question is about a period.",
        "Take a period in which deployments ended: orch report shows its figures.",
    ),
    "configuration_audited": M(
        "Configuration audited",
        "No host was compared with what is recorded of it in this period.",
        "The question is about a period.",
        "Say `audit: {every: 7d}` in the environment's file; orch run-due then makes audits.",
    ),
    "every_record_readable": M(
        "Every record readable",
        "A record that is in the store cannot be read.",
        "The question is about a period.",
        "Restore it from a backup: orch list names it.",
    ),
}
STATE_WORDS: Mapping[EvidenceState, str] = {
    "held": "evidence held",
    "gap": "gap",
    "not yet": "not yet",
    "not applicable": "does not apply",
}
NO_CLAIM = (
    "This says which evidence orch holds. It does not say that a clause is met: that is for people to judge, and for each map "
    "it is a reading by its authors."
)
