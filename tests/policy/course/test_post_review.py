"""What a review lacks, and when the record can be closed: a table that a practitioner can review."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.follow_up import FollowUp, Review
from orchestrator.domain.deployment.post_review import Answer, PostReview, ReviewAction
from orchestrator.domain.deployment.review_asked import review_due, review_missing
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.policy.course.follow_up import done, following_words, short_words
from orchestrator.policy.course.post_review import OF_EVERY_RELEASE, review_gaps
from tests.histories import START
from tests.journals import corpus

TABLE = Path(__file__).resolve().parents[2] / "cases" / "review" / "closing.yml"
ROWS: list[dict[str, Any]] = list(YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8")))
YES = Answer(answer="yes", by="ann", at=START)
DAY = timedelta(days=1)


def policy(**review: Any) -> ReleasePolicy:
    return ReleasePolicy.model_validate(
        {"orch": 1, "policy": "house", "version": 1, "title": "t", "review": review}
    )


def ended(name: str, rule: dict[str, Any] | str) -> Deployment:
    d = corpus.folded(name)
    binding = None if isinstance(rule, str) else policy(**rule)
    authority = d.authority.model_copy(update={"policy": binding})
    return d.with_(authority=authority, follow_up=FollowUp.of_valid())


def review_of(row: dict[str, Any]) -> PostReview:
    """The review as far as the row has it; where it has nothing, nobody has begun it."""
    if row["lacks"] == "not begun":
        return PostReview.of_valid()
    names = OF_EVERY_RELEASE if row["answers"] == "each" else row["answers"]
    more = (["cause"] if row.get("cause") else []) + (
        ["no_action"] if row.get("action") == "none needed" else []
    )
    action = ReviewAction(what="watch", owner="Bo", due=START, by="ann", at=START)
    actions = (action,) if row.get("action") == "open" else ()
    return PostReview(opened=YES, answers=dict.fromkeys([*names, *more], YES), actions=actions)


def of_emergency(row: dict[str, Any]) -> FollowUp:
    if "emergency" not in row:
        return FollowUp.of_valid()
    held = Review(role="change manager", by="Li", reason="seen", at=START)
    reviews = (held,) if row["emergency"] == "held" else ()
    asked = (RoleNeed(role="change manager"),)
    return FollowUp(review_by=START, reviewers=asked, reviews=reviews)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_nothing_is_closed_before_it_is_reviewed(row: dict[str, Any]) -> None:
    d = ended(row["end"], row["policy"]).with_(post_review=review_of(row), follow_up=of_emergency(row))
    assert review_missing(d) is row["missing"]
    closed = d
    if row["lacks"] != "not begun":
        assert [gap.question for gap in review_gaps(d)] == row["lacks"]
        assert not done(d)
        if not row["lacks"]:
            closed = d.with_(post_review=d.post_review.model_copy(update={"closed": YES}))
    assert done(closed) is row["record"]


def test_it_is_due_as_said_when_it_began_else_as_the_policy_says() -> None:
    d = ended("pilot_backed_out", {"within": "2d"})
    assert d.ended_at is not None
    assert review_due(d) == d.ended_at + 2 * DAY
    earlier = d.with_(post_review=PostReview(opened=YES, due=START))
    assert review_due(earlier) == START
    assert review_due(ended("pilot_backed_out", {})) is None


def test_lists_say_the_most_urgent_and_sentences_the_command() -> None:
    d = ended("pilot_backed_out", {"within": "2d"})
    assert d.ended_at is not None
    assert short_words(brief_of(d), d.ended_at) == "PIR to follow"
    assert short_words(d, d.ended_at + 2 * DAY) == "PIR overdue"
    assert any(f"(orch pir open {d.id})" in words for words in following_words(d, d.ended_at))
    action = ReviewAction(what="watch", owner="Bo", due=d.ended_at + DAY, by="ann", at=d.ended_at)
    agreed = d.with_(post_review=PostReview(opened=YES, closed=YES, actions=(action,)))
    assert short_words(agreed, d.ended_at) == "1 action to follow"
    assert short_words(agreed, d.ended_at + DAY) == "1 action overdue"
    did = action.model_copy(update={"done": YES})
    assert (
        short_words(agreed.with_(post_review=PostReview(actions=(did,), closed=YES)), d.ended_at + DAY) == ""
    )
