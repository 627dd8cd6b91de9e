"""What a policy demands of model and policy as documents, and the first live use of each version."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.authority.ground import Ground
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.document_standing import Standing, approving_roles, standing_of

LAPSES: frozenset[ReasonCode] = frozenset({"document.expired"})
"""What the lapse of time alone explains: the emergency procedure does not wait for it."""


def standings(question: Question) -> tuple[Standing, ...]:
    """How each document of a deployment stands."""
    roles = approving_roles(question.policy if question.governed else None)
    return tuple(
        standing_of(document, question.keyring, question.now, roles) for document in question.documents
    )


def about_documents(question: Question) -> Iterator[Reason]:
    """Why model or policy are not what the policy demands of them. A rehearsal tries a draft before it is approved."""
    rule = question.policy.documents
    if rule is None or rule.must_be == "any" or question.rehearsing:
        return
    known = standings(question)
    waived = (
        LAPSES if question.emergency and question.policy.emergency is not None else frozenset[ReasonCode]()
    )
    for standing in known:
        yield from (reason for reason in standing.against if reason.code not in waived)
    kinds = {standing.file.what for standing in known}
    if "policy" not in kinds:
        yield _without_file(f"policy {question.policy.policy}")
    if question.model is not None and "model" not in kinds:
        yield _without_file(f"model {question.model.model}")


def document_grounds(question: Question) -> Iterator[Ground]:
    """By whom each document is approved, and which version is used live for the first time."""
    for standing in standings(question):
        signed = standing.approval
        if signed is not None and standing.state == "approved":
            values = {"document": standing.file.title, "person": signed.person, "role": signed.role}
            yield Ground(code="document.approved", values={**values, "on": f"{signed.made_at:%Y-%m-%d}"})
    rule = question.policy.documents
    overseers = ", ".join(need.role for need in rule.overseers) if rule is not None else ""
    for title in question.first_live_uses:
        yield Ground(code="document.first_live", values={"document": title, "overseers": overseers})


def _without_file(name: str) -> Reason:
    return Reason(
        code="document.ungoverned",
        about=name,
        found="its file is not known, so nobody has approved it",
        next_move="put it back where it was (orch policy list, orch model list)",
    )
