"""A fault of a playbook is not passed over for the words in it."""

from orchestrator.domain.plan.inspection import PlaybookSeen
from orchestrator.policy.planning.plan_objections import about_playbook


def test_a_fault_is_not_passed_over_for_the_words_in_it() -> None:
    """Without hosts no pattern matches, which is the inventory's fault; that is a mark and not a sentence."""
    named = PlaybookSeen(path="site.yml", fault="the role 'host pattern' was not found")
    assert [objection.found for objection in about_playbook("site.yml", named, ())] == [named.fault]
    unmatched = PlaybookSeen(path="site.yml", fault="in any words", matches_no_host=True)
    assert list(about_playbook("site.yml", unmatched, ())) == []
    assert len(list(about_playbook("site.yml", unmatched, ("web1",)))) == 1
