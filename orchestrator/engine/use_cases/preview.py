"""The admission question for a plan without an open deployment; nothing is put on a journal."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.authority.rehearsal import PresentedCertificate, SignedCertificate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.lookup.admission_facts import Known, facts_of, question_of
from orchestrator.engine.lookup.live_uses import first_marked
from orchestrator.engine.lookup.unreadable import Traces
from orchestrator.engine.planning.signature_check import unsigned_units
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import planned
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.answer_ahead import answer_ahead
from orchestrator.policy.authority.certificates import judged_certificates
from orchestrator.policy.planning.digests import effective_plan


def question_ahead(ports: Ports, prepared: PreparedPlan, *, history: bool = True) -> Question:
    """The question for a deployment that would start now. Raises PlanFault for faulty keys or certificates.

    `history`: whether there is a journal to read; without one nothing was deployed before.
    """
    d = _unopened(ports, prepared)
    known = facts_of(ports, d, history=history)
    question = question_of(ports, d, ports.clock.now(), known)
    signed = question.governed or known.keyring.keys
    # Where approvals are not signed, whoever starts it names them then.
    return question if signed else replace(question, vouched=d.plan.approval.required)


def asked_ahead(
    ports: Ports, checked: PreparedPlan, *, history: bool
) -> tuple[PreparedPlan, Question | None]:
    """A checked plan with the faults by its rules among its own, and its question; None where it has faults of its own.

    Raises PlanFault for faulty keys or certificates.
    """
    checked = _with_faults(checked, () if checked.faults else unsigned_units(ports, checked))
    if checked.effective is None:
        return _with_faults(checked, faults_by_rules(ports, checked)), None
    question = question_ahead(ports, checked, history=history)
    marked = first_marked(checked.documents, question.first_live_uses)
    checked = checked.model_copy(update={"documents": marked})
    return _with_faults(checked, map(checked.fault, answer_ahead(question).objections)), question


def _with_faults(checked: PreparedPlan, more: Iterable[Fault]) -> PreparedPlan:
    return checked.model_copy(update={"faults": tuple(dict.fromkeys((*checked.faults, *more)))})


def faults_by_rules(ports: Ports, prepared: PreparedPlan) -> tuple[Fault, ...]:
    """What policy and model object to in a plan, as far as that needs neither hosts, nor waves, nor earlier deployments.

    Faults in the files of keys are among them.
    """
    model, policy = prepared.model, prepared.policy
    stand_in = effective_plan(prepared.plan, (), (), model=model, policy=policy, tree={}, artefacts={})
    d = _unopened(ports, prepared.model_copy(update={"effective": prepared.effective or stand_in}))
    try:
        keyring = ports.keys.keyring(Path(prepared.project))
    except PlanFault as unusable:
        return unusable.faults
    question = question_of(ports, d, ports.clock.now(), Known(keyring, (), (), Traces()))
    return tuple(map(prepared.fault, answer_ahead(question).objections))


def against_certificate(ports: Ports, there: PreparedPlan, signed: SignedCertificate) -> tuple[Reason, ...]:
    """Why a certificate that this orch signs now would not count for the plan where it goes; empty where it would.

    Raises PlanFault for faulty keys.
    """
    keyring = ports.keys.keyring(Path(there.project))
    presented = PresentedCertificate(signed=signed, answer="good")
    known = Known(keyring, (), (), Traces(), (presented,))
    question = question_of(ports, _unopened(ports, there), ports.clock.now(), known)
    [judged] = judged_certificates(question)
    return judged.against


def _unopened(ports: Ports, prepared: PreparedPlan) -> Deployment:
    event = planned(prepared, by="somebody")
    return fold([Recorded(deployment="ID", seq=1, at=ports.clock.now(), event=event)])
