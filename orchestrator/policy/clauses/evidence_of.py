"""Each code of evidence, decided of one deployment."""

from collections.abc import Callable, Mapping

from orchestrator.domain.evidence.clause_evidence import EvidenceCode, OfDeployment
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.clauses import of_authority, of_deployment, of_follow_up, of_planning
from orchestrator.policy.clauses.case import LONGEST_DETAIL, MOST_DETAILS, Case, Finding, Found

DECIDERS: Mapping[OfDeployment, Callable[[Case], Found]] = {
    "release_planned": of_planning.release_planned,
    "roles_assigned": of_planning.roles_assigned,
    "backout_planned": of_planning.backout_planned,
    "service_and_cis_named": of_planning.service_and_cis_named,
    "change_request_named": of_planning.change_request_named,
    "impact_assessed": of_planning.impact_assessed,
    "security_assessed": of_planning.security_assessed,
    "policy_applied": of_planning.policy_applied,
    "documents_approved": of_planning.documents_approved,
    "model_followed": of_planning.model_followed,
    "schedule_published": of_planning.schedule_published,
    "interested_parties_told": of_planning.interested_parties_told,
    "approval_by_role": of_authority.approval_by_role,
    "duties_separated": of_authority.duties_separated,
    "emergency_authorised": of_authority.emergency_authorised,
    "emergency_reviewed": of_authority.emergency_reviewed,
    "components_verified": of_deployment.components_verified,
    "components_signed": of_deployment.components_signed,
    "tested_before_live": of_deployment.tested_before_live,
    "backout_tested": of_deployment.backout_tested,
    "environment_verified": of_deployment.environment_verified,
    "baseline_before_deployment": of_deployment.baseline_before_deployment,
    "acceptance_criteria_verified": of_deployment.acceptance_criteria_verified,
    "unmet_criteria_decided": of_deployment.unmet_criteria_decided,
    "configuration_compared_after": of_deployment.configuration_compared_after,
    "cmdb_updated": of_deployment.cmdb_updated,
    "restoration_proved": of_deployment.restoration_proved,
    "unsuccessful_investigated": of_follow_up.unsuccessful_investigated,
    "incidents_considered": of_follow_up.incidents_considered,
    "review_held": of_follow_up.review_held,
    "actions_done": of_follow_up.actions_done,
    "objectives_measured": of_follow_up.objectives_measured,
    "customer_asked": of_follow_up.customer_asked,
    "result_accepted": of_authority.result_accepted,
    "change_ticket_told": of_follow_up.change_ticket_told,
    "record_sealed": of_follow_up.record_sealed,
    "record_archived": of_follow_up.record_archived,
}


def findings_of(case: Case) -> dict[EvidenceCode, Finding]:
    """What is known of each code, of one deployment."""
    return {code: _finding(code, decide(case)) for code, decide in DECIDERS.items()}


def _finding(code: OfDeployment, decided: Found) -> Finding:
    """Details are texts of plans, people and hosts: a line each, and bounded."""
    details = tuple(plain(text, LONGEST_DETAIL) for text in decided.details[:MOST_DETAILS])
    more = len(decided.details) - len(details)
    shown = (*details, f"and {more} more") if more else details
    return Finding(code, decided.state, decided.events, shown, decided.command)
