"""Whether a person's word on work by hand counts: for the step that waits, in its role, with a note and the files asked for."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import StepAnswered
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.policy.course.by_hand import manual_step_of


def against_answer(d: Deployment, event: StepAnswered) -> tuple[Reason, ...]:
    """Every reason why this answer does not count."""
    return tuple(_against(d, event))


def _against(d: Deployment, event: StepAnswered) -> Iterator[Reason]:
    attempt = d.open_attempt
    if attempt is None or not attempt.manual or attempt.attempt != event.attempt:
        finding, move = f"{d.state.value}, and {event.attempt} waits for no word", f"orch status {d.id}"
        yield Reason(code="step.not_waiting", about=d.id, found=finding, next_move=move)
        return
    step, about = manual_step_of(d, attempt), d.waves[attempt.wave].name
    command = f"orch step done {d.id} --role {command_word(step.role)} --note WHAT"
    command += " --attach FILE" * step.attachments
    if not same_role(event.role, step.role):
        finding = f"waits for the word of {step.role}, not of {event.role}"
        yield Reason(code="step.other_role", about=about, found=finding, next_move=command)
    if not event.note.strip():
        finding = f"{step.role} says what was done and looked at, and no note says it"
        yield Reason(code="step.no_note", about=about, found=finding, next_move=command)
    if event.result == "done" and len(event.attached) < step.attachments:
        finding = (
            f"{counted(len(event.attached), 'file')} attached, {step.attachments} asked for: {step.evidence}"
        )
        yield Reason(code="step.attachments", about=about, found=finding, next_move=command)
