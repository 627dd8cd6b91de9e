"""Deployments that end the same way each time, for drivers to be killed in: every strategy, every kind of event."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from tests.chaos.disk_fleet import Release
from tests.fakes.authority import FILES, FakeAuthority
from tests.worlds.plans import plan_of, plan_tree, prepared, targets_named
from tests.worlds.stages import staged

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
    approvals: tuple[str, ...] = ()
    stages: tuple[dict[str, Any], ...] = ()
    balanced: bool = False

    def plan(self, root: Path) -> PreparedPlan:
        """The plan over the three hosts, in a project below this root."""
        orders: dict[str, dict[str, Any]] = {
            "phased": {"waves": [1, "rest"]},
            "pilot": {"pilot": {"hosts": ["h2"], "gate": SOAK}, "waves": ["rest"]},
            "big-bang": {"waves": []},
        }
        tree = (
            staged(list(self.stages))
            if self.stages
            else plan_tree(kind=self.kind, **{**orders[self.kind], **self.strategy})
        )
        for section, changes in self.sections.items():
            tree[section] |= changes
        return _in_project(root / "project", plan_of(tree), self.policy())

    def policy(self) -> ReleasePolicy | None:
        """The rules that ask for the story's approvals; none where it has none."""
        asked = {"approvals": {"before": list(self.approvals)}, "undo_before_close": False}
        words = {"orch": 1, "policy": "house", "version": 1, "title": "House rules", **asked}
        return ReleasePolicy.model_validate(words) if self.approvals else None


def _in_project(project: Path, plan: ReleasePlan, policy: ReleasePolicy | None) -> PreparedPlan:
    for path, content in {
        **FILES,
        "plan.yml": "plan",
        **{u.artefact: "app" for u in plan.release.units},
    }.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(content)
    targets, file = targets_named(*HOSTS), project / "plan.yml"
    tree = ProjectAuthority(project.parent / "store").tree(plan, project, file)
    return prepared(plan, targets, FakeAuthority(policy), project=project, plan_file=str(file), tree=tree)


def _stage(name: str, on: str, **more: Any) -> dict[str, Any]:
    run = {"playbook": "playbooks/app.yml", "acceptance": [{"http": "http://{address}/"}]}
    return {"name": name, "on": on, **run, "backout": "rollback/app.yml", **more}


def _behind(backend: str) -> dict[str, Any]:
    return {
        "load_balancer": {"haproxy": {"address": "127.0.0.1:9999", "backend": backend, "server": "{host}"}}
    }


_BY_HAND = {"who": "deployment manager", "instruction": "Do it.", "evidence": "A look."}
_THREE = (
    _stage("migrate", "web", once=True),
    _stage("app", "web", waves=[1, "rest"]),
    _stage("last", "h3"),
)
_BALANCED = (
    _stage("app", "web", waves=[1, "rest"], **_behind("app")),
    _stage("last", "h2:h3", **_behind("last")),
)
_MANUAL = (
    {
        **{key: value for key, value in _stage("routes", "h1:h2").items() if key != "playbook"},
        "manual": _BY_HAND,
        "backout": {"manual": _BY_HAND},
    },
    _stage("app", "web"),
)
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
    Story("phased, approved", State.COMPLETED, approvals=("change manager", "service owner")),
    Story(
        "phased, approved, aborted", State.BACKED_OUT, aborts_at="gate_reached", approvals=("change manager",)
    ),
    Story("phased, aborted", State.BACKED_OUT, aborts_at="gate_reached"),
    Story("stages", State.COMPLETED, stages=_THREE),
    Story(
        "stages, the last one failed",
        State.BACKED_OUT,
        stages=_THREE,
        release=Release(fails_on=("h3",), fails_in="last"),
    ),
    Story("stages behind balancers", State.COMPLETED, stages=_BALANCED, balanced=True),
    Story(
        "stages behind balancers, the last one failed",
        State.BACKED_OUT,
        stages=_BALANCED,
        balanced=True,
        release=Release(fails_on=("h3",), fails_in="last"),
    ),
    Story("stages, one by hand", State.COMPLETED, stages=_MANUAL),
    Story(
        "stages, one by hand, taken back",
        State.BACKED_OUT,
        stages=_MANUAL,
        release=Release(fails_on=("h3",), fails_in="app"),
    ),
    Story("big-bang, paused", State.COMPLETED, "big-bang", pauses_at="baseline_captured"),
)
