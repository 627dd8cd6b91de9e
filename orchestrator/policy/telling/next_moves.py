"""The commands that a person can use in the present state."""

from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.summary import NAMED


class Move(NamedTuple):
    """A command, and what it does. `reads`: it only shows the record."""

    command: str
    does: str
    reads: bool = False

    def __str__(self) -> str:
        return f"{self.command}  ({self.does})"


def next_moves(d: Deployment) -> tuple[Move, ...]:
    """The commands that a person can use now."""
    if d.over:
        return _after_the_end(d)
    return _answers(d) or (
        Move(f"orch status {d.id}", "how it stands now"),
        Move(f"orch resume {d.id}", "go on, where no process drives it"),
    )


def _after_the_end(d: Deployment) -> tuple[Move, ...]:
    record = Move(f"orch record show {d.id}", "the record; --html FILE for a page", reads=True)
    if d.state in (State.BACKED_OUT_WITH_RESIDUE, State.BACKOUT_FAILED):
        return (
            record,
            Move(f"orch baseline diff {d.id}", "what differs now"),
            Move(f"orch rollback {d.id} --reason WHY", "back out again"),
            *_with_another(d),
        )
    return (record, *_rehearse_on(d))


def _with_another(d: Deployment) -> tuple[Move, ...]:
    """A rehearsal proves the playbook of its plan; without a private copy that one can be corrected in place."""
    if d.rehearsing.rehearsal is not None or d.private_copy.folder is None:
        return ()
    command = f"orch rollback {d.id} --reason WHY --with PLAYBOOK"
    return (Move(command, "back out with another playbook; where keys are trusted, add --as ROLE"),)


def _answers(d: Deployment) -> tuple[Move, ...]:
    """The answers to the present wait for a person; empty where there is none."""
    driving, gate = d.driving, d.rollout.gate
    if driving.stopped is not None:
        lift = Move("orch stop-all --lift --reason WHY", "end the emergency stop")
        return (lift, Move(f"orch status {d.id}", "how it stands now"))
    if driving.paused is not None:
        return (Move(f"orch resume {d.id}", "go on"), *_abort(d))
    if driving.hold is not None:
        return _hold_choices(d)
    if d.authority.unadmitted is not None:
        return _admission_moves(d, d.authority.unadmitted.reasons)
    if gate is not None and gate.confirm is not None and not gate.confirmed and gate.soak_is_over:
        confirm = f'orch confirm {d.id} --role "{plain(gate.confirm)}"'
        return (Move(confirm, "let the next wave go"), *_abort(d))
    return ()


def _admission_moves(d: Deployment, reasons: tuple[Reason, ...]) -> tuple[Move, ...]:
    missing = [reason.about for reason in reasons if reason.code == "approval.missing"]
    return (
        *(Move(f'orch approve {d.id} --as "{plain(role)}" --reason WHY', "approve it") for role in missing),
        Move(f"orch resume {d.id}", "ask again, and go on"),
        Move(f"orch abort {d.id} --reason WHY", "withdraw it"),
    )


def _abort(d: Deployment) -> tuple[Move, ...]:
    """A backout goes on to its end."""
    if d.state is State.BACKING_OUT:
        return ()
    what = "stop and back out" if d.touched_hosts else "end it; nothing was touched"
    return (Move(f"orch abort {d.id} --reason WHY", what),)


def _hold_choices(d: Deployment) -> tuple[Move, ...]:
    failed = d.rollout.failure.hosts if d.rollout.failure is not None else ()
    exclude = (
        [Move(f"orch exclude {d.id} {' '.join(failed[:NAMED])} --reason WHY", "go on without")]
        if failed
        else []
    )
    return (
        Move(f"orch retry {d.id}", "try again"),
        *exclude,
        *_back_out(d),
        Move(f"orch hold {d.id}", "hold on"),
    )


def _back_out(d: Deployment) -> tuple[Move, ...]:
    """Only where something is to be backed out, and no backout has begun."""
    if not d.touched_hosts or d.state is State.BACKING_OUT:
        return _abort(d)
    return (Move(f"orch rollback {d.id} --reason WHY", "back out"),)


def _rehearse_on(d: Deployment) -> tuple[Move, ...]:
    if d.rehearsing.rehearsal is None:
        return ()
    place = d.plan.resources
    inventory = (
        "" if place.inventory == f"inventories/{place.environment}" else f" --inventory {place.inventory}"
    )
    why = "go on, and certify it; what went well and has not changed is not done again"
    return (Move(f"orch rehearse {plain(d.plan_file)} --in {place.environment}{inventory}", why),)
