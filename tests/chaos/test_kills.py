"""A slice of the kills: drivers die at points of every kind, over the real store; a hundred and more in the slow tests."""

from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.chaos.kills import kill, ready, story_named, tally_of
from tests.chaos.stories import STORIES, Story

# One of each strategy. A story that is run once without a kill, to count its points, costs as much as four kills.
SLICE = tuple(story_named(name) for name in ("phased, rejected", "pilot, forgetful", "big-bang, half failed"))


@pytest.mark.parametrize(
    ("count", "stories"),
    [(8, SLICE), pytest.param(150, STORIES, marks=pytest.mark.slow)],
    ids=["slice", "every story"],
)
def test_killed_drivers_lose_nothing(count: int, stories: tuple[Story, ...]) -> None:
    tally = kill(count, seed=7, jobs=2, stories=stories)
    assert tally.broken == []
    assert tally.kills >= count
    assert tally.runs == sum(tally.outcomes.values())
    died = {point.partition(" ")[0] for point in tally.points}
    assert died == {"before", "inside", "after"}


def test_the_stories_come_to_every_end_by_every_strategy() -> None:
    assert {story.kind for story in STORIES} == {"phased", "pilot", "big-bang"}
    assert {story.ends.value for story in STORIES} == {
        "completed",
        "completed with exceptions",
        "backed out",
        "backed out with residue",
        "backout failed",
    }


@pytest.mark.parametrize(
    ("story", "kills", "point"),
    [
        # The person, whose word is said where the driver was killed, says it again.
        ("phased, aborted", (59, 19, 25, 31), "inside abort_requested"),
        # Both runs of the backout are lost, so it is not begun a third time by itself.
        ("big-bang, half failed", (60, 26, 30, 14), "inside start"),
    ],
)
def test_kills_that_once_were_called_broken(story: str, kills: tuple[int, ...], point: str) -> None:
    with ProcessPoolExecutor(1, initializer=ready) as pool:
        tally = pool.submit(tally_of, story_named(story), kills).result()
    assert tally.broken == []
    assert tally.points[point] > 0
