"""How a release stands in its environments, by what happened there; whoever reads the table can say it beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.authority.releases.release_story import ReleaseStory
from orchestrator.policy.authority.releases.release_story_of import ReleaseFacts, release_story
from orchestrator.policy.authority.releases.release_words import headline, tone_of_release
from tests.journals.corpus import recorded
from tests.worlds.periods import journal_of, moment

USUAL: dict[str, Any] = {"service": "shop", "environment": "live", "model": "rolling"}
NOW = moment("11-20T00:00")


def happened(day: int, what: str) -> str:
    """What happened on a day, from the plan on."""
    steps = (each.strip() for each in what.split(","))
    words = ["planned", *(step for step in steps if step)]
    return "; ".join(f"11-{day:02}T{8 + n:02}:00 {word}" for n, word in enumerate(words))


DONE = "begun, completed"
UNDONE = "begun, failed deploying, backout failure, restored"
CASES: dict[str, tuple[list[str], str]] = {
    "completed": ([DONE], "deployed"),
    "with a host left out": (["begun, left-out"], "exceptions"),
    "backed out": ([UNDONE], "taken_back"),
    "backed out, and then completed": ([UNDONE, DONE], "deployed"),
    "completed, and then backed out": ([DONE, UNDONE], "taken_back"),
    "with residue": (["begun, failed deploying, backout failure, residue"], "residue"),
    "a backout that failed": (["begun, failed deploying, backout failure, not-restored"], "unproved"),
    "refused": (["begun, refused environment"], "nothing"),
    "cancelled before it began": (["cancelled"], "nothing"),
    "completed, and refused afterwards": ([DONE, "begun, refused environment"], "deployed"),
    "at work": (["begun, run"], "under_way"),
}


def deployments(cases: Sequence[dict[str, Any]]) -> list[tuple[Deployment, list[Recorded]]]:
    journal, _ = journal_of({f"d{number}": case for number, case in enumerate(cases)}, USUAL)
    read = [journal.read(f"d{number}") for number in range(len(cases))]
    return [(fold(records), records) for records in read]


def story(cases: Sequence[dict[str, Any]]) -> ReleaseStory:
    return release_story(ReleaseFacts("app", "2.0", deployments(cases)), NOW)


@pytest.mark.parametrize("name", CASES)
def test_it_stands_by_the_newest_that_touched_a_host(name: str) -> None:
    whats, stands = CASES[name]
    made = story([{"happened": happened(day, what)} for day, what in enumerate(whats, 1)])
    assert [each.stands for each in made.environments] == [stands]
    assert (tone_of_release(made) == "good") == (stands == "deployed")


def test_a_rehearsal_deploys_nothing() -> None:
    rehearsed = {"happened": happened(1, "begun, backout rehearsed, restored"), "rehearsal": True}
    [there] = story([rehearsed]).environments
    assert (there.stands, there.deployments[0].rehearses) == ("rehearsed", "live")
    both = story([{"happened": happened(2, DONE)}, rehearsed])
    assert [each.stands for each in both.environments] == ["deployed"]


def test_environments_stand_in_the_order_in_which_they_were_reached() -> None:
    made = story(
        [
            {"happened": happened(3, DONE), "environment": "live"},
            {"happened": happened(1, DONE), "environment": "stage"},
            {"happened": happened(4, UNDONE), "environment": "Stage"},
        ]
    )
    assert [each.environment for each in made.environments] == ["Stage", "live"]
    assert [(each.before, each.after) for each in made.differences] == [("Stage", "live")]
    assert headline(made).startswith("app 2.0 in Stage: backed out")
    assert tone_of_release(made) == "bad"


def test_what_is_still_to_be_done_is_in_one_list() -> None:
    overdue = {"happened": happened(1, DONE), "objective": True}
    undone = {"happened": happened(2, UNDONE), "policy": True}
    at_work = {"happened": happened(3, "begun, run")}
    made = story([overdue, undone, at_work])
    assert {d.id: [work.code for work in d.open] for d in made.deployments} == {
        "d0": ["objective"],
        "d1": ["post_review"],
        "d2": ["not_over"],
    }


def test_residue_is_named_by_host_and_item() -> None:
    records = recorded("residue")
    made = release_story(ReleaseFacts("shop", "2.4.0", [(fold(records), records)]), NOW)
    [there] = made.deployments
    assert [(work.code, work.about) for work in there.open] == [("residue", "web2"), ("residue", "web3")]
    assert "web2: file /etc/cron.d/shop-report, exists" in there.residue


@given(st.permutations(list(range(len(CASES)))))
def test_the_order_in_which_they_are_given_does_not_matter(order: list[int]) -> None:
    assert release_story(ReleaseFacts("app", "2.0", [ALL[n] for n in order]), NOW) == STORY


ALL = deployments([{"happened": happened(day, whats[0])} for day, (whats, _) in enumerate(CASES.values(), 1)])
STORY = release_story(ReleaseFacts("app", "2.0", ALL), NOW)
