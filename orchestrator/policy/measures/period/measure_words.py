"""What each measure is called, and its definition: what is counted, out of what, and what it does not say."""

from typing import NamedTuple

from orchestrator.domain.text.format import seconds_words
from orchestrator.policy.calendar.due_starts import GRACE
from orchestrator.policy.measures.period.period_report import MeasureCode, Unrecorded


class Meaning(NamedTuple):
    """The section, the title and the definition of a measure."""

    section: str
    title: str
    definition: str


RESULTS, FLOW, SCHEDULE, LEAD = "Results", "Throughput and backlog", "Schedule and windows", "Lead time"
PRACTICE, WAITS, OUTCOMES, DORA = "Practice", "Holds and waits", "Objectives", "DORA's four keys"
AFTERWARDS, UNAUTHORISED = "Incidents and satisfaction", "Unauthorised change and audits"
APART = "Counted apart"
SECTIONS = (RESULTS, FLOW, SCHEDULE, LEAD, PRACTICE, WAITS, OUTCOMES, AFTERWARDS, DORA, UNAUTHORISED, APART)

MEANINGS: dict[MeasureCode, Meaning] = {
    "success": Meaning(
        RESULTS,
        "Successful deployments",
        "Completed with every host verified, out of those that ended in the period after they may have changed a host. Refused "
        "and cancelled ones are in neither number. What was taken back later was deployed until then, and is counted below.",
    ),
    "ends": Meaning(RESULTS, "How they ended", "Deployments by their first end, in the period."),
    "failures": Meaning(
        RESULTS,
        "Failures by cause",
        "Out of all that ended otherwise than completed or cancelled. Each has one cause: the failure that nobody answered "
        "before the backout, else what a rule or a person said.",
    ),
    "backed_out": Meaning(
        RESULTS,
        "Backed out",
        "Ended in a backout, whatever came of that, out of those that ended after they may have changed a host.",
    ),
    "restored": Meaning(
        RESULTS,
        "Backouts that restored every host",
        "Every host proved equal to its baseline, in what that captures; out of all backouts that ended in the period, those "
        "of completed deployments too.",
    ),
    "time_to_back_out": Meaning(
        RESULTS,
        "Time to back out",
        "From the decision to the proof, holds in between too; of backouts that ended restored in the period.",
    ),
    "late_rollbacks": Meaning(
        RESULTS, "Rollbacks after completion", "Backouts of completed deployments, begun in the period."
    ),
    "changes_outside": Meaning(
        RESULTS,
        "Waves that changed what they may not",
        "Out of comparisons of a wave with the rules of its model or policy, in the period. It is about what deployments "
        "changed, not about changes beside them.",
    ),
    "planned": Meaning(FLOW, "Planned", "Deployments put on the journal in the period."),
    "begun": Meaning(FLOW, "Begun", "Deployments admitted in the period: approved, in time, and started."),
    "ended": Meaning(FLOW, "Ended", "Deployments that came to their first end in the period."),
    "open_at_begin": Meaning(
        FLOW, "Open at the beginning", "Planned before the period, and not over by its beginning."
    ),
    "open_at_end": Meaning(
        FLOW,
        "Open at the end",
        "Planned, and not over by the end of the period: open at the beginning, plus planned, less ended.",
    ),
    "waiting_at_end": Meaning(
        FLOW, "of these, not begun", "The backlog: open at the end, and not admitted by then."
    ),
    "under_way_at_end": Meaning(FLOW, "of these, under way", "Open at the end, and admitted by then."),
    "starts_on_time": Meaning(
        SCHEDULE,
        "Starts on time",
        f"Admitted at most {seconds_words(GRACE.total_seconds())} after the scheduled start, out of starts "
        "that fell in the period, without those withdrawn.",
    ),
    "starts": Meaning(
        SCHEDULE,
        "Scheduled starts",
        "Each start that fell in the period, as known when the report was made. Put off: waited for other deployments.",
    ),
    "start_delay": Meaning(
        SCHEDULE, "Delay of the start", "From the scheduled start to the admission, of those that began."
    ),
    "ended_in_window": Meaning(
        SCHEDULE,
        "Done before the window closed",
        "The last run was over before the opening ended in which it began, out of those that ended in the period and had such "
        "an end. Early life support may last longer.",
    ),
    "wait_to_start": Meaning(
        LEAD, "Planned to begun", "Of deployments completed in the period, with exceptions or without."
    ),
    "start_to_completion": Meaning(
        LEAD, "Begun to completed", "Of the same, with soak, gates, holds and early life support."
    ),
    "lead_time": Meaning(LEAD, "Planned to completed", "Of the same, from the first event to the last."),
    "uses_model": Meaning(PRACTICE, "Use a deployment model", "Out of deployments that began in the period."),
    "approved_model": Meaning(
        PRACTICE,
        "Use an approved model",
        "The policy that governs the deployment names its model, as allowed or as a standard change; out of the same.",
    ),
    "models": Meaning(PRACTICE, "By model", "Out of the same."),
    "emergency": Meaning(
        PRACTICE, "Emergency changes", "Deployed under the emergency procedure, out of the same."
    ),
    "holds": Meaning(
        WAITS,
        "Holds",
        "Times that a deployment stopped and waited for a person's choice, begun in the period.",
    ),
    "waits": Meaning(
        WAITS,
        "Waited",
        "From when only that was missing to the answer or the end, of waits that ended in the period, by what was waited for "
        "and the role that the plan names. Persons are not measured.",
    ),
    "waits_open": Meaning(WAITS, "Waiting at the end", "Waits that had no answer by the end of the period."),
    "objectives": Meaning(
        OUTCOMES,
        "Objectives",
        "By their newest measurement, where that was in the period. Objectives in words alone, and those of what was taken "
        "back, are not counted.",
    ),
    "objectives_accepted": Meaning(
        OUTCOMES, "Missed and accepted", "Somebody decided that it stays at that, out of those not achieved."
    ),
    "objectives_overdue": Meaning(
        OUTCOMES, "Overdue", "Had to be known in the period, and are not known when the report is made."
    ),
    "incidents": Meaning(
        AFTERWARDS,
        "Incidents that came of a deployment",
        "A person said so, out of all incidents that were opened in the period and written down here, "
        "whatever they concern. Each counts once. Incidents that nobody told orch of are in neither number.",
    ),
    "incident_severity": Meaning(
        AFTERWARDS,
        "of these, by severity",
        "In the words of the service desk, as it was written down last; out of those that came of a deployment.",
    ),
    "incidents_not_judged": Meaning(
        AFTERWARDS,
        "Incidents that nobody has judged",
        "Nobody has said of any deployment whether they came of it, out of the same; no filter reaches them.",
    ),
    "with_incidents": Meaning(
        AFTERWARDS,
        "Deployments with an incident",
        "At least one incident came of it by now, out of those that ended in the period after they may have changed a host.",
    ),
    "satisfaction": Meaning(
        AFTERWARDS,
        "Satisfaction of stakeholders",
        "From 1 (not at all) to 5 (fully), in reviews; the last answer of each stakeholder of a "
        "deployment, where that was given in the period.",
    ),
    "satisfaction_scores": Meaning(AFTERWARDS, "of these, by answer", "Out of the same answers."),
    "satisfaction_asked": Meaning(
        AFTERWARDS,
        "Deployments with an answer",
        "A stakeholder has said by now how satisfied they are, out of those that ended in the period after they may have "
        "changed a host.",
    ),
    "deployment_frequency": Meaning(
        DORA,
        "Deployment frequency",
        "Completed deployments a day of 24 hours, in every environment that is asked for. DORA counts production alone: use "
        "--environment.",
    ),
    "change_lead_time": Meaning(
        DORA,
        "Lead time for changes",
        "From planned in orch to completed. DORA begins at the commit, which orch does not know: the time from there to the "
        "plan is missing here.",
    ),
    "change_failure_rate": Meaning(
        DORA,
        "Change failure rate",
        "Backed out, or taken back after completion by now, out of those that ended in the period after they may have changed "
        "a host. Incidents that led to no rollback are not in it.",
    ),
    "time_to_restore": Meaning(
        DORA,
        "Time to restore service",
        "From the failure that a backout answers (without one, from its decision) to proved restoration in the period. When "
        "users noticed, and repairs without a backout, are not in it.",
    ),
    "audits": Meaning(
        UNAUTHORISED,
        "Audits of configuration records",
        "Ended in the period. Where there was none, nobody looked, and the figures below have no case. Audits are on the "
        "journal of the house, and no filter reaches them.",
    ),
    "hosts_audited": Meaning(
        UNAUTHORISED,
        "Hosts that were compared",
        "At least once in the period, out of the hosts that audits of the period were about. Others were not reached, were in "
        "a deployment, or had no proved state.",
    ),
    "hosts_astray": Meaning(
        UNAUTHORISED,
        "Hosts that records and reality do not share",
        "Another machine under the name, in the inventory without a record, or on record and in no inventory any more; out "
        "of the same.",
    ),
    "hosts_changed_outside": Meaning(
        UNAUTHORISED,
        "Hosts changed outside of deployments",
        "With at least one item that was not as a deployment recorded it or a person accepted it; out of the hosts compared.",
    ),
    "items_changed_outside": Meaning(
        UNAUTHORISED,
        "Items changed outside of deployments",
        "Each item once for its host, out of the items compared there; of hosts that were audited more than once, the most. "
        "What was changed and changed back between two audits is not seen.",
    ),
    "audit_findings": Meaning(
        UNAUTHORISED,
        "Findings that were settled",
        "As recorded again, accepted by a person, or the machine replaced, by the end of the period; out of the items found "
        "by then that were open in it. The others are open.",
    ),
    "rehearsals": Meaning(
        APART,
        "Rehearsals that succeeded",
        "Out of parts of rehearsals that ended in the period. Rehearsals are in no other figure.",
    ),
    "baselines_kept": Meaning(
        APART,
        "Baselines kept by people",
        "Captured apart from deployments in the period, wherever: they are on the journal of the house, and no filter "
        "reaches them.",
    ),
}

REASONS: dict[Unrecorded, tuple[str, str]] = {
    "auditors": (
        "Findings of auditors",
        "orch records what its own audits of hosts find; what auditors write is kept elsewhere.",
    ),
}
"""What is not counted, and why: such a line has no number, not even 0."""

GROUPS: dict[str, str] = {
    "all": "all",
    "scheduled": "with a scheduled start",
    "on_time": "on time",
    "late": "late",
    "put_off": "put off, and late",
    "missed": "missed",
    "withdrawn": "withdrawn before",
    "not_begun": "not begun",
    "deploying": "deploying a wave",
    "changes": "changed what it may not",
    "early_life": "early life support",
    "not_authorised": "a wave was not authorised",
    "not_as_rehearsed": "not as rehearsed",
    "record_broken": "the record broke",
    "chosen": "taken back by a person",
    "hosts_left_out": "hosts left out",
    "rejected": "approval denied",
    "not_known": "not on record",
    "with_exceptions": "with exceptions",
    "backed_out": "backed out",
    "with_residue": "backed out with residue",
    "backout_failed": "backout failed",
}


def group_words(group: str) -> str:
    """A group in words: a code of orch, or a name as its plan says it."""
    if group.startswith("refused_"):
        return f"refused: {group.removeprefix('refused_')}"
    return GROUPS.get(group, group)


def title_of(code: MeasureCode, group: str) -> str:
    """The title of a measure, with its group."""
    title = MEANINGS[code].title
    return f"{title}: {group_words(group)}" if group else title
