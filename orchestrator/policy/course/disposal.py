"""Whether the record of a deployment may be disposed of: archived, its time over, not held, and nothing owed."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.messages import next_due
from orchestrator.policy.course.follow_up import following_words, nothing_open
from orchestrator.policy.telling.words.disposal_words import DisposalLack, lack_words


def lacks_of(d: Deployment, now: datetime) -> tuple[DisposalLack, ...]:
    """What is against it now, the most lasting first. A legal hold counts whatever else is so."""
    kept, until = d.retention, d.retention.until
    if not d.over:
        return ("not_over",)
    lacks: Mapping[DisposalLack, bool] = {
        "held": kept.hold is not None,
        "not_archived": until is None,
        "not_due": until is not None and until > now,
        "open": not nothing_open(d) or d.receipt_owed,
        "actions": bool(d.post_review.open_actions),
        "messages": next_due(d.messages, d.plan, d.id) is not None,
        "rotation": bool(d.rotation.out),
    }
    return tuple(lack for lack, is_there in lacks.items() if is_there)


def disposal_objections(d: Deployment, now: datetime) -> tuple[str, ...]:
    """The same in sentences, each with the command that ends it; empty where the record may be disposed of."""
    lacks = lacks_of(d, now)
    words = (lack_words(each, d) for each in lacks)
    return (*words, *(following_words(d, now) if "open" in lacks else ()))
