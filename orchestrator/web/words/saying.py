"""Says a word as its form has it: the event, by the same use cases as the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from orchestrator.domain.journal import events as e
from orchestrator.engine.use_cases.deployment_commands import signal, take_back
from orchestrator.errors import Refused, UsageFault
from orchestrator.policy.course.by_hand import manual_step_of
from orchestrator.policy.course.words_now import WordNow

if TYPE_CHECKING:
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.engine.ports import Ports
    from orchestrator.web.word_fields import Fields

RESULTS: dict[str, e.StepResult] = {"done": "done", "failed": "failed", "not begun": "not begun"}

_PLAIN: Mapping[str, type[e.Paused | e.Resumed | e.AbortRequested]] = {
    "pause": e.Paused,
    "resume": e.Resumed,
    "abort": e.AbortRequested,
}


def say(ports: Ports, d: Deployment, word: WordNow, fields: Fields, by: str) -> Deployment:
    """Put the word on the journal, with the voice of the ports. Raises Refused with every reason, UsageFault for the form."""
    if word == "rollback":
        reason = fields.words("reason", "Reason")
        _refuse_faults(fields)
        despite, emergency = fields.each("despite"), fields.has("emergency")
        return take_back(ports, d.id, by=by, reason=reason, despite=despite, emergency=emergency)
    if word == "resume" and d.driving.paused is None:
        return d
    try:
        event = _event(d, word, fields, by)
    except ValidationError as error:
        # Text that a noun refuses, such as a host's name with a space in it.
        raise UsageFault("\n".join(dict.fromkeys(map(_fault, error.errors(include_url=False))))) from None
    return signal(ports, d.id, event)


def _refuse_faults(fields: Fields) -> None:
    if fields.faults:
        raise UsageFault("\n".join(fields.faults.values()))


def _fault(item: object) -> str:
    known = item if isinstance(item, dict) else {}
    field = ".".join(map(str, known.get("loc", ()))) or "the form"
    expected = known.get("ctx", {}).get("expected") or known.get("msg", "something else")
    return f"{field}: expected {expected}; correct it."


def _event(d: Deployment, word: WordNow, fields: Fields, by: str) -> e.Event:
    if word == "confirm":
        return _confirmed(d, fields, by)
    if word == "step":
        return _answered(d, fields, by)
    reason = fields.words("reason", "Reason")
    if word == "exclude" and not fields.each("hosts"):
        fields.faults["hosts"] = "Hosts: expected at least one, found none; name it."
    _refuse_faults(fields)
    if word == "hold":
        return _held(d, by, reason)
    if word == "retry":
        return e.Retried(by=by, reason=reason, again=fields.has("again"))
    if word == "exclude":
        return e.Excluded(hosts=fields.each("hosts"), by=by, reason=reason)
    return _PLAIN[word](by=by, reason=reason)


def _held(d: Deployment, by: str, reason: str) -> e.Event:
    if d.over or not d.touched:
        raise Refused(f"{d.id} is {d.state.value}: only a deployment at work is held. Pause it instead.")
    held = d.driving.hold is not None
    return e.HeldOn(by=by, reason=reason) if held else e.DeploymentHeld(by=by, reason=reason)


def _confirmed(d: Deployment, fields: Fields, by: str) -> e.Confirmed:
    asked = d.rollout.gate.confirm if d.rollout.gate is not None else None
    if asked is None:
        raise Refused(f"{d.id} is {d.state.value} and does not wait for a confirmation.")
    role = fields.words("role", "Role", required=False) or asked
    note = fields.words("note", "What you looked at")
    _refuse_faults(fields)
    return e.Confirmed(wave=d.rollout.wave, role=role, by=by, note=note)


def _answered(d: Deployment, fields: Fields, by: str) -> e.StepAnswered:
    attempt = d.open_attempt
    if attempt is None or not attempt.manual:
        raise Refused(f"{d.id} is {d.state.value} and waits for no step by hand.")
    result = RESULTS.get(fields.text("result"))
    if result is None:
        fields.faults["result"] = f"Result: expected one of {', '.join(RESULTS)}; choose one."
    note = fields.words("note", "What was done and looked at")
    role = fields.words("role", "Role", required=False) or manual_step_of(d, attempt).role
    _refuse_faults(fields)
    return e.StepAnswered(attempt=attempt.attempt, result=result or "failed", role=role, by=by, note=note)
