"""Deployments that end the same way each time, for drivers to be killed in: every strategy, every kind of event."""

from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.lifecycle import State
from orchestrator.domain.prepared import PreparedPlan
from tests.chaos.disk_fleet import Release
from tests.plans import plan_of, plan_tree, prepared, targets_named

HOSTS = ("h1", "h2", "h3")
SOAK = {"soak": "0.06s", "every": "0.02s"}
_GOOD = Release()


@dataclass(frozen=True)
class Story:
    """A plan, a release, what people say, and how it ends however often its driver is killed."""

    name: str
    ends: State
    kind: str = "phased"
    release: Release = _GOOD
    strategy: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    aborts_at: str | None = None
    pauses_at: str | None = None

    def plan(self) -> PreparedPlan:
        """The plan over the three hosts."""
        orders: dict[str, dict[str, Any]] = {
            "phased": {"waves": [1, "rest"]},
            "pilot": {"pilot": {"hosts": ["h2"], "gate": SOAK}, "waves": ["rest"]},
            "big-bang": {"waves": []},
        }
        tree = plan_tree(kind=self.kind, **{**orders[self.kind], **self.strategy})
        for section, changes in self.sections.items():
            tree[section] |= changes
        return prepared(plan_of(tree), targets_named(*HOSTS))


_BAD = Release(healthy=False)
_HALF = Release(fails_on=("h3",))
STORIES = (
    Story("phased", State.COMPLETED),
    Story("pilot with soak", State.COMPLETED, "pilot"),
    Story("big-bang", State.COMPLETED, "big-bang"),
    Story(
        "big-bang with early life",
        State.COMPLETED,
        "big-bang",
        sections={"validation": {"early_life": {"duration": "0.06s", "every": "0.02s"}}},
    ),
    Story("phased, confirmed", State.COMPLETED, strategy={"gate": {"confirm": "service owner"}}),
    Story(
        "phased with entry criteria",
        State.COMPLETED,
        strategy={"waves": [1, {"rest": True, "entry": [{"become": "root"}]}]},
    ),
    Story(
        "phased within its limits",
        State.COMPLETED_WITH_EXCEPTIONS,
        release=_HALF,
        strategy={"failure_limit": {"wave": 1, "overall": 1}},
    ),
    Story("phased, rejected", State.BACKED_OUT, release=_BAD),
    Story("pilot, rejected", State.BACKED_OUT, "pilot", release=_BAD),
    Story("big-bang, half failed", State.BACKED_OUT, "big-bang", release=_HALF),
    Story("phased, last wave failed", State.BACKED_OUT, release=_HALF),
    Story("phased, held", State.BACKED_OUT, release=_HALF, sections={"backout": {"on_failure": "hold"}}),
    Story("pilot, forgetful", State.BACKED_OUT_WITH_RESIDUE, "pilot", Release(healthy=False, forgetful=True)),
    Story(
        "phased, backout fails",
        State.BACKOUT_FAILED,
        release=Release(fails_on=("h3",), backout_fails_on=("h1",)),
    ),
    Story("phased, aborted", State.BACKED_OUT, aborts_at="gate_reached"),
    Story("big-bang, paused", State.COMPLETED, "big-bang", pauses_at="baseline_captured"),
)
