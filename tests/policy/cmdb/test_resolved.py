"""What stands of an item after several deployments: a story for each row, and what the CMDB must say after it."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.cmdb.facts import ChangeMade, CiFact, CiOutcome, CmdbUpdate
from orchestrator.policy.cmdb.items import cis_of
from orchestrator.policy.cmdb.resolved import NOTHING_BEFORE
from tests.fakes.clock import START

CI = "unit:m1:shop"
Said = tuple[str, int, CiOutcome, str, int | None]
"""The deployment, the hour of its end, what it says, the version that it proved, and the hour that it went back to."""


def update(statement: Said) -> CmdbUpdate:
    name, hour, outcome, version, since = statement
    back = START + timedelta(hours=since) if since is not None else None
    fact = CiFact(
        ci=CI, kind="unit", name="shop", environment="live", outcome=outcome, version=version, since=back
    )
    change = ChangeMade(release="shop", version=version or "?", environment="live", state=outcome, by="ann")
    return CmdbUpdate(
        deployment=name, seq=hour, at=START + timedelta(hours=hour), change=change, facts=(fact,)
    )


STORIES: list[tuple[str, list[Said], str, str]] = [
    ("one", [("d1", 1, "verified", "1.0", None)], "verified", "1.0"),
    ("a newer one", [("d1", 1, "verified", "1.0", None), ("d2", 2, "verified", "2.0", None)], "verified", "2.0"),
    ("one that failed and went back", [("d1", 1, "verified", "1.0", None), ("d2", 3, "as before", "", 2)], "restored", "1.0"),
    ("the first went back", [("d1", 3, "as before", "", 2)], "restored", ""),
    (
        "taken back later",
        [("d1", 1, "verified", "1.0", None), ("d2", 3, "verified", "2.0", None), ("d2", 9, "as before", "", 2)],
        "restored",
        "1.0",
    ),
    (
        "taken back although another came in between: it is what it was before the one that was taken back",
        [
            ("d1", 1, "verified", "1.0", None),
            ("d2", 3, "verified", "2.0", None),
            ("d3", 5, "verified", "3.0", None),
            ("d2", 9, "as before", "", 2),
        ],
        "restored",
        "1.0",
    ),
    (
        "two taken back, the newest first",
        [
            ("d1", 1, "verified", "1.0", None),
            ("d2", 3, "verified", "2.0", None),
            ("d3", 5, "verified", "3.0", None),
            ("d3", 7, "as before", "", 4),
            ("d2", 9, "as before", "", 2),
        ],
        "restored",
        "1.0",
    ),
    (
        "back to what was back already",
        [("d1", 1, "verified", "1.0", None), ("d2", 3, "as before", "", 2), ("d3", 5, "as before", "", 4)],
        "restored",
        "1.0",
    ),
    ("residue", [("d1", 1, "verified", "1.0", None), ("d2", 3, "differs", "", None)], "differs", ""),
    ("back to residue", [("d1", 1, "differs", "", None), ("d2", 3, "as before", "", 2)], "restored", ""),
    ("lost", [("d1", 1, "verified", "1.0", None), ("d2", 3, "not known", "", None)], "not known", ""),
    ("removed", [("d1", 1, "verified", "1.0", None), ("d2", 3, "removed", "", None)], "removed", ""),
    ("back to nothing", [("d2", 3, "removed", "", None), ("d3", 5, "as before", "", 4)], "removed", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("story", "status", "version"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES]
)
def test_an_item_after_its_deployments(story: list[Said], status: str, version: str) -> None:
    for order in permutations(map(update, story)):
        (ci,) = cis_of(order, ())
        assert (ci.status, ci.value("version")) == (status, version)
    assert [change.at for change in ci.changes] == sorted((change.at for change in ci.changes), reverse=True)


def test_what_is_not_known_is_said() -> None:
    (ci,) = cis_of([update(("d1", 3, "as before", "", 2))], ())
    assert ci.reason == NOTHING_BEFORE


OUTCOMES = st.sampled_from(["verified", "as before", "differs", "not known", "removed"])
SAID = st.builds(
    lambda name, hour, outcome, back: (
        f"d{name}",
        hour,
        outcome,
        f"{name}.{hour}" if outcome == "verified" else "",
        max(0, hour - back) if outcome == "as before" else None,
    ),
    st.integers(1, 4),
    st.integers(1, 30),
    OUTCOMES,
    st.integers(-2, 12),
)


@given(st.lists(SAID, min_size=1, max_size=8, unique_by=lambda each: each[:2]), st.randoms())
def test_the_order_of_reading_changes_nothing_and_a_version_was_proved_once(
    statements: list[Said], random: object
) -> None:
    updates = [update(each) for each in statements]
    (ci,) = cis_of(updates, ())
    random.shuffle(updates)  # type: ignore[attr-defined]
    assert cis_of(updates, ()) == (ci,)
    assert ci.value("version") in {"", *(each[3] for each in statements)}
