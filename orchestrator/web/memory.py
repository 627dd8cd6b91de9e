"""What a server keeps in memory between requests: values that follow from journals, made anew where these went on."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.engine.lookup.capability_cases import CasesKept, cases_kept
from orchestrator.engine.lookup.period_facts import FactsKept, facts_kept
from orchestrator.engine.lookup.remembered_cis import RememberedCis
from orchestrator.engine.lookup.review_facts import ReviewsKept, reviews_kept
from orchestrator.web.live.followers import Followers


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, for all who ask; what anybody may see of it is decided at each request."""

    facts: FactsKept = field(default_factory=facts_kept)
    cases: CasesKept = field(default_factory=cases_kept)
    cis: RememberedCis = field(default_factory=RememberedCis)
    reviews: ReviewsKept = field(default_factory=reviews_kept)
    followers: Followers = field(default_factory=Followers)
