"""Signed words of people to a deployment: judged first, all of them together, and then all on the journal or none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.domain import events as e
from orchestrator.domain.approval import SignedApproval
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.engine import use_cases
from orchestrator.engine.admission import asked_about, earlier_plans, named_in
from orchestrator.engine.asked_ahead import ask_ahead
from orchestrator.engine.folding import briefs
from orchestrator.engine.ports import Ports
from orchestrator.errors import Refused
from orchestrator.policy.admission_question import Question
from orchestrator.policy.following import done
from orchestrator.policy.giving import against, approval_words

UNGOVERNED = ReleasePolicy.of_valid(
    orch=1, policy="none", version=1, title="No release policy binds this deployment."
)
"""What is asked of approvals where no policy binds: what a policy asks by default."""


def question_about(ports: Ports, d: Deployment, new: Sequence[SignedApproval] = ()) -> Question:
    """What approvals are judged by: the deployment, the trusted keys, and what was given before. Raises Refused, PlanFault."""
    if d.authority.effective is None:
        raise Refused(f"{d.id} has no effective plan on its journal, so nothing can be signed for it.")
    keyring = ports.keys.keyring(Path(d.project))
    given = (
        *d.authority.approvals,
        *(one.signed for one in d.follow_up.reviews if one.signed is not None),
        *new,
    )
    others = briefs(ports.journal, besides=d.id)
    approvals = ports.keys.present(given, keyring)
    rests_on = asked_about(
        d, ports.clock.now(), keyring, approvals, others, policy=d.authority.policy or UNGOVERNED
    )
    return replace(rests_on, earlier_plans=earlier_plans(ports, d, named_in(approvals, ()), others))


def objections(
    ports: Ports, d: Deployment, new: Sequence[SignedApproval]
) -> dict[SignedApproval, tuple[str, ...]]:
    """Everything against each of these words, by the word. Raises Refused, PlanFault."""
    return against(question_about(ports, d, new), d, new)


def give(ports: Ports, d: Deployment, new: Sequence[SignedApproval], *, by: str) -> Deployment:
    """Put the words on the deployment's journal. Raises Refused with everything against any of them: then none is."""
    found = objections(ports, d, new)
    if found:
        reasons = dict.fromkeys(reason for reasons in found.values() for reason in reasons)
        raise Refused("\n".join([*reasons, f"Nothing was put on the journal of {d.id}."]))
    for signed in dict.fromkeys(new):
        d = use_cases.signal(ports, d.id, _event(signed, by))
    if done(d) and d.follow_up.closed is None:
        d = use_cases.signal(ports, d.id, e.Closed(by=by, basis=_basis(d)))
    return ask_ahead(ports, d)


def _event(signed: SignedApproval, by: str) -> e.Event:
    word = signed.approval
    if word.decision == "review":
        return e.Reviewed(role=word.role, by=word.person, reason=word.reason, signed=signed)
    return e.ApprovalGiven(signed=signed, by=by)


def _basis(d: Deployment) -> str:
    after = [approval_words(one) for one in d.authority.approvals if one.approval.decision == "sign_off"]
    after += [f"reviewed by {one.by} as {one.role}: {one.reason}" for one in d.follow_up.reviews]
    return "; ".join(after)
