"""The disposal of records in words: what is against it, and what is left."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.rules.release_policy import DAY
from orchestrator.domain.seal.findings import DisposalSeen
from orchestrator.domain.text.plain_text import plain

NAMED = 5
"""Disposed records that a list names."""
DisposalLack = Literal[
    "held", "not_over", "not_archived", "not_due", "open", "actions", "messages", "rotation"
]


LACK_WORDS: Mapping[DisposalLack, str] = {
    "held": "{id} is under legal hold, by {holder} (orch record release {id} --reason WHY).",
    "not_over": "{id} is {state}: a record is disposed of once its deployment is over (orch status {id}).",
    "not_archived": "The record of {id} is not archived (orch record archive {id} --reason WHY).",
    "not_due": "The record of {id} is to be kept until {until} UTC.",
    "open": "Something of {id} is still open:",
    "actions": "Actions of its review are not done (orch actions done {id} {action} --note WHAT).",
    "messages": "Messages of {id} are not sent yet (orch messages send {id}).",
    "rotation": "Hosts of {id} may still be out of their load balancer's rotation (orch status {id}).",
}


def lack_words(lack: DisposalLack, d: Deployment) -> str:
    """What is against the disposal of this record, with the command that ends it."""
    hold, until = d.retention.hold, d.retention.until
    actions = enumerate(d.post_review.actions, 1)
    return LACK_WORDS[lack].format(
        id=d.id,
        action=next((number for number, action in actions if action.done is None), 1),
        holder=plain(hold.by, 100) if hold is not None else "",
        state=d.state.value,
        until=f"{until:%Y-%m-%d %H:%M}" if until is not None else "",
    )


def disposed_line(deployment: str, seen: DisposalSeen) -> str:
    """That a record was disposed of: when, by whom, why, under which certificate."""
    who = f"by {plain(seen.by, 100)}: {plain(seen.reason, 300)}"
    if seen.finished is None:
        return (
            f"{deployment}: its disposal was begun {seen.begun:%Y-%m-%d %H:%M} UTC {who}; it is not finished: "
            f"orch record dispose {deployment} --reason WHY"
        )
    return (
        f"{deployment}: disposed of {seen.finished:%Y-%m-%d %H:%M} UTC {who} ({seen.certificate}: "
        f"orch record certificate {deployment})"
    )


def disposed_lines(disposals: Sequence[tuple[str, DisposalSeen]]) -> Iterator[str]:
    """A line for each disposal that is not finished, and for the newest of the others; how many more there are."""
    unfinished = [each for each in disposals if each[1].finished is None]
    done = [each for each in disposals if each[1].finished is not None]
    for name, seen in (*unfinished, *reversed(done[-NAMED:])):
        yield disposed_line(name, seen)
    if len(done) > NAMED:
        yield f"and {len(done) - NAMED} more that were disposed of: orch record verify"


def rule_words(policy: str | None, retention: float) -> str:
    """The rule by which a record was kept, such as `shop-live version 3: 1095 days`."""
    days = retention / DAY
    unit = "day" if days == 1 else "days"
    return f"{policy or 'no policy, so the usual time'}: {days:g} {unit}"
