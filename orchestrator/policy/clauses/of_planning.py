"""Evidence of planning: the plan, what it changes, what was weighed, its rules, and who was told (ISO/IEC 20000-1 9.2, 9.3)."""

from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.plan_kind import impact_of
from orchestrator.policy.clauses.case import NOT_YET, NOTHING, Case, Found, gap, held
from orchestrator.policy.course.messages import due


def release_planned(case: Case) -> Found:
    """Its plan is on the journal whole; the form of a plan has all twelve sections."""
    return held(case.events(e.Planned), f"{case.d.plan_file}, digest {case.d.plan_sha256}")


def roles_assigned(case: Case) -> Found:
    """The plan says who fills which role."""
    return held(case.events(e.Planned), *(f"{role}: {person}" for role, person in case.d.plan.roles.items()))


def backout_planned(case: Case) -> Found:
    """Each stage says how it is taken back."""
    ways = [stage.backout.playbook or "by hand" for stage in case.d.plan.stages]
    return held(case.events(e.Planned), *ways)


def service_and_cis_named(case: Case) -> Found:
    """The service and the configuration items that it changes are named."""
    release = case.d.plan.release
    if release.service is None or not release.cis:
        return gap(*([] if release.service else ["no service"]), *([] if release.cis else ["no items"]))
    return held(case.events(e.Planned), release.service, *release.cis)


def change_request_named(case: Case) -> Found:
    """It names the request for change that it implements, or its change ticket."""
    ticket = case.d.ticket.number
    named = [*case.d.plan.release.requests, *([] if ticket is None else [ticket])]
    return held(case.events(e.Planned, e.TicketSeen), *dict.fromkeys(named)) if named else gap()


def impact_assessed(case: Case) -> Found:
    """The effect of the change was weighed, or its class of impact is said."""
    assessment, impact = case.d.plan.assessment, impact_of(case.d.plan)
    aspects = [] if assessment is None else list(assessment.weighed)
    if not aspects and impact is None:
        return gap()
    return held(case.events(e.Planned), *aspects, *([] if impact is None else [f"impact {impact}"]))


def security_assessed(case: Case) -> Found:
    """The effect of the change on security was weighed."""
    assessment = case.d.plan.assessment
    security = None if assessment is None else assessment.security
    return gap() if security is None else held(case.events(e.Planned), security.words)


def policy_applied(case: Case) -> Found:
    """A release policy bound it."""
    policy = case.d.authority.policy
    if policy is None:
        return gap()
    return held(case.events(e.Planned), f"policy {policy.policy} version {policy.version}")


def documents_approved(case: Case) -> Found:
    """Its policy and model were approved as documents when it began."""
    documents = case.d.authority.documents
    if not documents and case.d.authority.policy is None and case.d.authority.model is None:
        return NOTHING
    lacking = [f"{each.title}: {each.state}" for each in documents if each.state != "approved"]
    if lacking or not documents:
        return gap(*lacking)
    return held(case.events(e.Planned, e.WindowOpened), *(each.title for each in documents))


def model_followed(case: Case) -> Found:
    """It followed a deployment model."""
    model = case.d.authority.model
    return (
        gap()
        if model is None
        else held(case.events(e.Planned), f"model {model.model} version {model.version}")
    )


def schedule_published(case: Case) -> Found:
    """It had a date in the schedule of change before it began."""
    starts = case.d.schedule.starts
    if case.rehearsal:
        return NOTHING
    return gap() if starts is None else held(case.events(e.Planned), f"{starts:%Y-%m-%d %H:%M} UTC")


def interested_parties_told(case: Case) -> Found:
    """Messages of its communication plan were sent; the channel took them, and nobody says that they were read."""
    if case.rehearsal:
        return NOTHING
    if case.never_touched and not case.d.messages.tried:
        return NOTHING
    owed_now = due(case.d, case.now)
    if owed_now:
        audiences = dict.fromkeys(f"owed to {message.audience}" for message in owed_now)
        return gap(*audiences, command=f"orch messages send {case.id_word}")
    tried = case.d.messages.tried.values()
    failed = [f"not sent to {each.last.audience}" for each in tried if each.last.result == "failed"]
    if failed:
        return gap(*failed)
    sent = [each.last for each in tried]
    if not sent:
        return NOT_YET if not case.d.over and _notifies(case) else gap()
    moments = dict.fromkeys(f"{last.audience}: {last.moment}" for last in sent)
    return held(case.events(e.MessagesTried), *moments)


def _notifies(case: Case) -> bool:
    return any(entry.notify is not None for entry in case.d.plan.communication)
