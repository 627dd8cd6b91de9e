"""A fault of a playbook is not passed over for the words in it."""

from collections.abc import Sequence

import pytest

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.plan.inspection import PlaybookSeen, PlaySeen
from orchestrator.policy.planning.plan_objections import about_playbook, idle_plays


def objections(seen: PlaybookSeen, hosts: Sequence[str], allow: Allowance) -> list[str]:
    return [f"{o.found}; {o.next_move}" for o in about_playbook("p", seen, hosts, allow, "strategy")]


def test_a_fault_is_not_passed_over_for_the_words_in_it() -> None:
    """Without hosts no pattern matches, which is the inventory's fault; that is a mark and not a sentence."""
    named = PlaybookSeen(path="site.yml", fault="the role 'host pattern' was not found")
    assert objections(named, (), Allowance()) == [f"{named.fault}; correct the playbook"]
    unmatched = PlaybookSeen(path="site.yml", plays=(PlaySeen(name="Shop", absent=("web",)),))
    assert objections(unmatched, (), Allowance()) == []


def test_a_group_that_the_inventory_lacks_is_a_fault_that_names_the_way_out() -> None:
    play = PlaySeen(name="Shop", line=3, hosts=("web1",), absent=("monitoring", "backup"))
    seen = PlaybookSeen(path="site.yml", plays=(play,))
    assert objections(seen, ("web1",), Allowance(absent_groups=("backup",))) == [
        "play `Shop` at line 3 of it for monitoring, which the inventory has not; "
        "correct the name, or write `allow: {absent_groups: [monitoring]}` in `strategy`"
    ]
    assert objections(seen, ("web1",), Allowance(absent_groups=("backup", "monitoring"))) == []


@pytest.mark.parametrize(("allowed", "warnings"), [((), 1), (("monitoring",), 0)])
def test_a_play_that_may_match_nothing_is_not_warned_of(allowed: tuple[str, ...], warnings: int) -> None:
    seen = PlaybookSeen(path="site.yml", plays=(PlaySeen(name="Watch", absent=("monitoring",)),))
    assert len(list(idle_plays("p", seen, ("web1",), Allowance(absent_groups=allowed)))) == warnings
