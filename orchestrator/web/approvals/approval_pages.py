"""Pages and routes of approvals: what waits, what exactly is signed for a deployment, and decisions by passkey."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse

from orchestrator.adapters.keys.passkeys import signature_of
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.plan.effective_plan import changes_between
from orchestrator.domain.plan.roles import same_role
from orchestrator.engine.lookup.admission_facts import reasons_now
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.use_cases.signed_words import give, open_session, take_in
from orchestrator.errors import OrchError, Refused, StoreFault
from orchestrator.policy.authority.approval_outline import approval_outline, missing_words
from orchestrator.policy.authority.word_checks import approval_words
from orchestrator.policy.course.follow_up import reviews_missing, sign_offs_missing
from orchestrator.policy.course.waits import Wait, waits_of
from orchestrator.policy.course.words_now import hosts_to_leave_out
from orchestrator.policy.telling.summary import environment_words, release_words
from orchestrator.web.approvals.decisions import DECISIONS, decisions_now, statement_of
from orchestrator.web.gate import place_of
from orchestrator.web.problems import problem_of
from orchestrator.web.routes import Route
from orchestrator.web.signing import ToSign, ask_to_sign, taken
from orchestrator.web.templating import page
from orchestrator.web.voices import chosen_of, keyring_of, passkeys_of, speaking_as
from orchestrator.web.word_fields import Fields, fields_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.domain.fold.brief import Brief
    from orchestrator.domain.plan.effective_plan import Change
    from orchestrator.engine.use_cases.signed_words import ApprovalSession
    from orchestrator.web.request_context import Asked

AGAIN = "again"
"""Said of a decision that was given before."""
MOST = 200
"""Deployments that wait which the page shows; the oldest are left out."""


class Waiting(NamedTuple):
    """A deployment that waits for people: for whoever asks, and for others."""

    d: Deployment
    release: str
    environment: str
    mine: list[Wait]
    others: list[Wait]


class Compared(NamedTuple):
    """What differs from the effective plan of an earlier deployment."""

    earlier: Deployment
    changes: tuple[Change, ...]


def _approvals(asked: Asked) -> Response:
    known = survey(asked.ports.journal)
    wanted = [brief for brief in known.briefs if _may_wait(brief) and asked.may("see", place_of(brief))]
    waiting = [each for brief in wanted[:MOST] if (each := _waiting(asked, brief)) is not None]
    return page(
        "approvals.html.j2",
        request=asked.request,
        asked=asked,
        mine=[each for each in waiting if each.mine],
        others=[each for each in waiting if each.others],
        left=max(0, len(wanted) - MOST),
    )


def _may_wait(brief: Brief) -> bool:
    return not brief.over or bool(sign_offs_missing(brief)) or bool(reviews_missing(brief))


def _waiting(asked: Asked, brief: Brief) -> Waiting | None:
    try:
        d = folded(asked.ports.journal, brief.id)
    except StoreFault:
        return None
    waits = [wait for wait in _waits(asked, d) if wait.kind != "time"]
    roles = _roles(asked, d)
    mine = [wait for wait in waits if any(same_role(wait.role, role) for role in roles)]
    others = [wait for wait in waits if wait not in mine]
    return Waiting(d, release_words(d), environment_words(d), mine, others) if waits else None


def _waits(asked: Asked, d: Deployment) -> list[Wait]:
    now = asked.ports.clock.now()
    return waits_of(d, now, reasons_now(asked.ports, d, now))


def _roles(asked: Asked, d: Deployment) -> list[str]:
    """The roles of whoever asks: those that the service gave them, and those in which their keys sign."""
    given = [grant.role for grant in asked.access.grants] if asked.access is not None else []
    keys = [key for key in keyring_of(asked, d).keys if key.is_of(asked.person) and key.revoked_at is None]
    return [*given, *(role for key in keys for role in key.roles)]


def _shown(asked: Asked) -> Response:
    d = _deployment(asked)
    session = open_session(asked.ports, d)
    return page(
        "approval.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        digest=session.question.effective.digest,
        outline=approval_outline(d, session.question),
        missing=list(missing_words(d, session.question)),
        said=list(map(approval_words, d.authority.approvals)),
        compared=_compared(asked, d),
        decisions=[(name, DECISIONS[name]) for name in decisions_now(d) if asked.may(DECISIONS[name].right)],
        given=asked.request.query_params.get("said", "") in DECISIONS,
        again=asked.request.query_params.get("said", "") == AGAIN,
        start=asked.may("steer") and not d.over and d.authority.opened_at is None,
    )


def _compared(asked: Asked, d: Deployment) -> Compared | None:
    """The difference to the newest deployment of the same release in the same environment that started before it."""
    place, own = place_of(d), d.authority.effective
    for brief in survey(asked.ports.journal, excluding=d.id).briefs:
        same = place_of(brief) == place and not brief.rehearsal and brief.opened_at is not None
        if not same or brief.began_at > d.began_at or own is None:
            continue
        try:
            earlier = folded(asked.ports.journal, brief.id)
        except StoreFault:
            continue
        if earlier.authority.effective is not None:
            return Compared(earlier, changes_between(earlier.authority.effective, own))
    return None


def _form(asked: Asked, *, name: str) -> Response:
    d = _deployment(asked)
    proposed: dict[str, list[str]] = {}
    waits = [wait for wait in _waits(asked, d) if wait.decision == DECISIONS[name].decision and wait.role]
    mine = _roles(asked, d)
    wanted = [wait.role for wait in waits if any(same_role(wait.role, role) for role in mine)]
    if wanted:
        proposed["role"] = [wanted[0]]
    if name == "concede":
        proposed["hosts"] = ["\n".join(hosts_to_leave_out(d))]
    return _form_shown(asked, d, name, Fields(proposed))


def _form_shown(
    asked: Asked, d: Deployment, name: str, fields: Fields, fault: OrchError | None = None
) -> Response:
    problem = problem_of(fault) if fault is not None else None
    if problem is not None and "application/json" in asked.request.headers.get("accept", ""):
        raise problem
    keyring = keyring_of(asked, d)
    keys = passkeys_of(keyring, asked.person, asked.ports.clock.now())
    roles = list(dict.fromkeys(role for key in keys for role in key.roles))
    policy = d.authority.policy
    made = page(
        "decision.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        name=name,
        kind=DECISIONS[name],
        fields=fields,
        reasons=problem.detail.splitlines() if problem is not None else [],
        possible=name in decisions_now(d),
        keys=keys,
        roles=roles,
        freezes=[freeze.name for freeze in policy.freezes] if policy is not None else [],
        signs=True,
    )
    made.status_code = problem.status if problem is not None else 200
    return made


async def _prepare(asked: Asked, *, name: str) -> Response:
    fields = await fields_of(asked)
    return await run_in_threadpool(_prepared, asked, name, fields)


def _prepared(asked: Asked, name: str, fields: Fields) -> Response:
    """Show what is signed, where nothing would speak against it; else the form with every reason."""
    d, ports = _deployment(asked), asked.ports
    now = ports.clock.now()
    key = chosen_of(passkeys_of(keyring_of(asked, d), asked.person, now), fields.text("key"))
    try:
        if key is None:
            raise Refused(
                "Decisions are signed, and no passkey of yours is trusted here. Register one, and have its card trusted: "
                "orch keys trust CARD --person NAME --role ROLE. Nothing was recorded."
            )
        session = open_session(ports, d)
        statement = statement_of(session, DECISIONS[name], key, fields)
        objections = session.foreseen(statement)
        if objections:
            raise Refused("\n".join([*objections, "Nothing was recorded."]))
    except OrchError as fault:
        return _form_shown(asked, d, name, fields, fault)
    place = f"/deployments/{quote(d.id)}/approval"
    to_sign = ToSign(
        statement=statement,
        payload=payload(statement),
        key=key,
        about=f"approval {name}",
        deployment=d.id,
        title=DECISIONS[name].title,
        lines=(f"{statement.person} signs as {statement.role}. It counts once, until it expires.",),
        action=f"{place}/{name}/given",
        back=f"{place}/{name}",
        outline=approval_outline(d, session.question),
    )
    return ask_to_sign(asked, to_sign, fields)


async def _give(asked: Asked, *, name: str) -> Response:
    fields = await fields_of(asked)
    return await run_in_threadpool(_given, asked, name, fields)


def _given(asked: Asked, name: str, fields: Fields) -> Response:
    prepared = taken(asked, fields.text("number"), f"approval {name}")
    d = _deployment(asked)
    if prepared is None:
        return _back(asked, d, AGAIN)
    statement = ApprovalStatement.model_validate_json(prepared.statement)
    again = Fields(prepared.fields)
    keyring = keyring_of(asked, d)
    trusted = keyring.find(statement.key)
    try:
        if trusted is None or not trusted.is_of(asked.person):
            raise Refused("The passkey is not trusted any more. Nothing was recorded.")
        signature = signature_of(fields.text("answer").encode(), trusted.public, payload(statement))
        signed = SignedApproval(approval=statement, signature=signature)
        ports = speaking_as(asked, statement.key)
        session = take_in(ports, open_session(ports, d), [signed])
        _refuse_other(session, statement)
        give(ports, session, [signed], by=asked.person)
    except OrchError as fault:
        return _form_shown(asked, d, name, again, fault)
    return _back(asked, d, name)


def _refuse_other(session: ApprovalSession, statement: ApprovalStatement) -> None:
    """What was shown and signed is what is recorded. Raises Refused where the plan is another one by now."""
    question = session.question
    now = question.backout if statement.decision == "roll_back" else question.effective.digest
    if (statement.plan_digest, statement.subject) != (now, session.deployment.id):
        raise Refused("What you signed is not what is here now; look again. Nothing was recorded.")


def _back(asked: Asked, d: Deployment, name: str) -> Response:
    if "application/json" in asked.request.headers.get("accept", ""):
        return JSONResponse({"deployment": d.id, "said": name})
    return RedirectResponse(f"/deployments/{quote(d.id)}/approval?said={name}", status_code=303)


def _deployment(asked: Asked) -> Deployment:
    return folded(asked.ports.journal, asked.request.path_params["deployment"])


def _routes() -> tuple[Route, ...]:
    whole = "/deployments/{deployment}/approval"
    rows = [
        Route("GET", "/approvals", "see", _approvals),
        Route("GET", whole, "see", _shown, about="deployment"),
    ]
    for name, kind in DECISIONS.items():
        path = f"{whole}/{name}"
        rows += [
            Route("GET", path, kind.right, partial(_form, name=name), about="deployment"),
            Route("POST", path, kind.right, partial(_prepare, name=name), about="deployment"),
            Route("POST", f"{path}/given", kind.right, partial(_give, name=name), about="deployment"),
        ]
    return tuple(rows)


ROUTES = _routes()
