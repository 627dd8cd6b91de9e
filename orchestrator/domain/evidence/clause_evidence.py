"""What an auditor asks for, as codes: each is decided of one deployment, or of a period (ISO/IEC 20000-1 4.3.3, 9.1 to 9.3)."""

from typing import Literal, get_args

OfDeployment = Literal[
    "release_planned",
    "roles_assigned",
    "backout_planned",
    "service_and_cis_named",
    "change_request_named",
    "impact_assessed",
    "security_assessed",
    "policy_applied",
    "documents_approved",
    "model_followed",
    "schedule_published",
    "interested_parties_told",
    "approval_by_role",
    "duties_separated",
    "emergency_authorised",
    "emergency_reviewed",
    "components_verified",
    "components_signed",
    "tested_before_live",
    "backout_tested",
    "environment_verified",
    "baseline_before_deployment",
    "acceptance_criteria_verified",
    "unmet_criteria_decided",
    "configuration_compared_after",
    "cmdb_updated",
    "restoration_proved",
    "unsuccessful_investigated",
    "incidents_considered",
    "review_held",
    "actions_done",
    "objectives_measured",
    "customer_asked",
    "result_accepted",
    "change_ticket_told",
    "record_sealed",
    "record_archived",
]
OfPeriod = Literal["results_measured", "configuration_audited", "every_record_readable"]
EvidenceCode = Literal[OfDeployment, OfPeriod]

IN_EVERY_PLAN: frozenset[OfDeployment] = frozenset({"release_planned", "roles_assigned", "backout_planned"})
"""The form of a plan asks for these, so each deployment has them."""
PERIOD_CODES: frozenset[OfPeriod] = frozenset(get_args(OfPeriod))

EvidenceState = Literal["held", "gap", "not yet", "not applicable"]
"""`not yet`: the deployment has not come that far. `not applicable`: there is nothing that this could be evidence of."""
