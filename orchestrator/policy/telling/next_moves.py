"""The commands that a person can use in the present state."""

from collections.abc import Collection
from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import DOWN
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.telling.words.host_words import NAMED


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
    return (record, *(_rehearse_on(d) or _anew(d)))


def _anew(d: Deployment) -> tuple[Move, ...]:
    """After an end before any touch: an ended deployment takes no word any more, a new one does."""
    if d.state not in NEVER_TOUCHED:
        return ()
    plan, then = command_word(d.plan_file), ", once that is changed" if d.state is State.REFUSED else ""
    if d.authority.mode == "scheduled":
        return (Move(f"orch schedule add {plan} --at TIME", f"schedule it anew{then}"),)
    named = "".join(f" --approved-by {command_word(f'{role}=NAME')}" for role in d.authority.vouched)
    return (Move(f"orch deploy {plan}{named}", f"open a new one{then}"),)


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
    if driving.broken is not None and (driving.hold is not None or driving.paused is not None):
        return _on_broken_record(d)
    if driving.paused is not None:
        return (Move(f"orch resume {d.id}", "go on"), *_abort(d))
    attempt = d.open_attempt
    if attempt is not None and attempt.manual:
        return _by_hand(d, attempt)
    if driving.hold is not None:
        return _hold_choices(d)
    if d.authority.unadmitted is not None:
        return _admission_moves(d, d.authority.unadmitted.reasons)
    if gate is not None and gate.confirm is not None and not gate.confirmed and gate.soak_is_over:
        confirm = f"orch confirm {d.id} --role {command_word(gate.confirm)} --note WHAT"
        return (Move(confirm, "let the next wave go"), *_abort(d))
    return ()


def _by_hand(d: Deployment, attempt: Attempted) -> tuple[Move, ...]:
    step = d.plan.stage_of(d.waves[attempt.wave]).manual_for(attempt.purpose)
    role = command_word(step.role) if step is not None else ""
    done = f"orch step done {d.id} --role {role} --note WHAT"
    done += " --attach FILE" * (step.attachments if step is not None else 0)
    return (
        Move(f"orch step show {d.id}", "what is to be done, and with which evidence"),
        Move(done, "say that it is done, and go on"),
        Move(f"orch step failed {d.id} --role {role} --note WHAT", "say that it did not work"),
        *_abort(d),
    )


def _admission_moves(d: Deployment, reasons: tuple[Reason, ...]) -> tuple[Move, ...]:
    return (
        *(move for reason in reasons for move in _lifting(d, reason)),
        Move(f"orch resume {d.id}", "ask again, and go on"),
        Move(f"orch abort {d.id} --reason WHY", "withdraw it"),
    )


def _lifting(d: Deployment, reason: Reason) -> tuple[Move, ...]:
    """The signed words that lift this reason; others are lifted by time, or in the reason's own words."""
    if reason.code == "approval.missing":
        return (Move(f"orch approve {d.id} --as {command_word(reason.about)} --reason WHY", "approve it"),)
    freezes = d.authority.policy.freezes if d.authority.policy is not None else ()
    roles = next((freeze.override for freeze in freezes if freeze.name == reason.about), ())
    if reason.code != "freeze.binds" or not roles:
        return ()
    word = f"orch approve {d.id} --as {command_word(roles[0])} --override {reason.about} --reason WHY"
    return (Move(word, "override the freeze"),)


def _abort(d: Deployment) -> tuple[Move, ...]:
    """A backout that has begun goes on to its end, and is not aborted."""
    if d.state is State.BACKING_OUT:
        return ()
    what = "stop and back out" if d.touched_hosts else "end it; nothing was touched"
    return (Move(f"orch abort {d.id} --reason WHY", what),)


def _on_broken_record(d: Deployment) -> tuple[Move, ...]:
    """Nothing that rests on the record goes on before a person accepts it."""
    return (
        Move(f"orch record verify {d.id}", "what is not what was sealed", reads=True),
        Move(f"orch record accept {d.id} --reason WHY", "go on with the record as it is; then choose again"),
        *_abort(d),
        Move(f"orch hold {d.id}", "hold on"),
    )


def _hold_choices(d: Deployment) -> tuple[Move, ...]:
    # Hosts that are not down need no exclusion: a metric that fails says of none of them that it is the cause.
    stopped = d.rollout.failure.hosts if d.rollout.failure is not None else ()
    failed = tuple(host for host in stopped if d.standings[host].standing in DOWN) or _not_out(d)
    again = d.state is State.BACKING_OUT or _left_in_wave(d, ())
    return (
        *((Move(f"orch retry {d.id}", "try again"),) if again else ()),
        *(_go_on_without(d, failed[:NAMED]) if failed and _left_in_wave(d, failed[:NAMED]) else ()),
        *_taking_back(d),
        Move(f"orch hold {d.id}", "hold on"),
    )


def _left_in_wave(d: Deployment, without: Collection[str]) -> bool:
    """Whether a host of the wave is left; a deployment goes on neither from a wave without hosts, nor by trying it again."""
    wave = d.waves[d.rollout.wave or 0]
    return any(d.standings[host].standing != "excluded" and host not in without for host in wave.hosts)


def _not_out(d: Deployment) -> tuple[str, ...]:
    """Hosts that their load balancer did not let go, so that nothing was begun there."""
    here = d.rotation.of(d.rollout.wave)
    return tuple(host for host in here if here[host].failed) if d.state is State.DEPLOYING else ()


def _taking_back(d: Deployment) -> tuple[Move, ...]:
    """What ends a held deployment: a backout, unless one has begun already; without touched hosts, an abort."""
    if d.touched_hosts and d.state is not State.BACKING_OUT:
        return (Move(f"orch rollback {d.id} --reason WHY", "back out"),)
    return _abort(d)


def _go_on_without(d: Deployment, hosts: tuple[str, ...]) -> tuple[Move, ...]:
    """The concessions that the policy asks for first; once each role gave one for these hosts, the exclusion."""
    policy = d.authority.policy
    given = [
        signed.approval for signed in d.authority.concessions if set(hosts) <= set(signed.approval.hosts)
    ]
    asked = [
        need.role
        for need in (policy.concession_needs if policy is not None else ())
        if sum(same_role(word.role, need.role) for word in given) < need.people
    ]
    named = " ".join(f"--concede {host}" for host in hosts)
    concede = tuple(
        Move(
            f"orch approve {d.id} {named} --as {command_word(role)} --reason WHY",
            "agree that it goes on without",
        )
        for role in asked
    )
    return concede or (Move(f"orch exclude {d.id} {' '.join(hosts)} --reason WHY", "go on without"),)


def _rehearse_on(d: Deployment) -> tuple[Move, ...]:
    if d.rehearsing.rehearsal is None:
        return ()
    place = d.plan.resources
    inventory = (
        ""
        if place.inventory == f"inventories/{place.environment}"
        else f" --inventory {command_word(place.inventory)}"
    )
    why = "go on, and certify it; what went well and has not changed is not done again"
    return (Move(f"orch rehearse {command_word(d.plan_file)} --in {place.environment}{inventory}", why),)
