"""The figures of models: what counts as success, what is counted by itself, and reasons without the names of hosts."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from orchestrator.adapters.files.manual import model as model_manual
from orchestrator.adapters.files.model_file import load_model
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.deployment.authorisation import Authorisation
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.preparation import Preparation
from orchestrator.domain.deployment.rehearsal_progress import RehearsalProgress
from orchestrator.domain.plan.effective_plan import INGREDIENTS, EffectivePlan, Ingredient
from orchestrator.policy.measures.model_stats import ModelFigures, figures, within
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.timeline_builder import story_of
from tests.journals.corpus import folded, recorded

MODEL = load_model(model_manual()).noun
ENDS = {
    "completed_phased": "completed",
    "excluded_then_completed": "with_exceptions",
    "pilot_backed_out": "backed_out",
    "residue": "with_residue",
    "backout_failed": "backout_failed",
    "refused_environment": "refused",
    "held": "open",
}


def deployment_and_story(name: str, version: int | None = 1) -> tuple[Deployment, Story]:
    model = None if version is None else MODEL.model_copy(update={"version": version})
    d = folded(name)
    return d.with_(authority=Authorisation.updated(d.authority, model=model)), story_of(recorded(name))


def of(*names: str) -> ModelFigures:
    (figure,) = figures([deployment_and_story(name) for name in names])
    return figure


@pytest.mark.parametrize(("name", "end"), ENDS.items(), ids=ENDS)
def test_each_end_is_counted_as_what_it_is(name: str, end: str) -> None:
    figure = of(name)
    counts = {each: getattr(figure, each) for each in (*ENDS.values(), "cancelled")}
    assert counts == {**dict.fromkeys(counts, 0), end: 1}


def test_success_is_a_share_of_those_that_touched_hosts_and_ended() -> None:
    assert of(*ENDS).success == 0.2
    assert of("completed_phased", "refused_environment", "held").success == 1.0
    assert of("refused_environment", "held").success is None
    assert of("pilot_backed_out").success == 0.0


def test_versions_are_counted_apart_and_no_model_last() -> None:
    all_figures = figures(
        [
            deployment_and_story("residue", None),
            deployment_and_story("completed_phased", 2),
            deployment_and_story("held", 1),
        ]
    )
    assert [(figure.model, figure.version) for figure in all_figures] == [
        ("rolling-web-service", 1),
        ("rolling-web-service", 2),
        (None, None),
    ]
    assert figures([]) == ()


def test_times_are_medians_of_waves_that_came_so_far() -> None:
    whole, story = deployment_and_story("completed_phased")
    waves = of("completed_phased").waves
    took = sorted(_deploys(whole, story))
    assert waves.deployed == len(whole.waves) == len(took)
    assert waves.deploy == pytest.approx(took[len(took) // 2], abs=0.001)
    assert waves.back_out is None
    refused = of("refused_environment").waves
    assert (refused.deploy, refused.deployed) == (None, 0)
    assert of("pilot_backed_out").waves.backed_out == 1


def _deploys(d: Deployment, story: Story) -> Sequence[float]:
    return [
        sum(
            step.seconds or 0
            for step in story.of_wave(wave.number)
            if step.name in ("entry", "deploy", "quiesce")
        )
        for wave in d.waves
    ]


def test_a_failure_is_counted_by_its_cause_whatever_the_hosts_are_called() -> None:
    deployment, story = deployment_and_story("residue")
    assert deployment.backout is not None
    assert deployment.backout.cause is not None
    words = deployment.backout.reason.replace("web2", "the-host").replace("web3", "a host (like web2)")
    again = deployment.backout.model_copy(update={"reason": words})
    other = deployment.model_copy(update={"id": "again", "backout": again})
    (figure,) = figures([(deployment, story), (other, story)])
    assert [reason.times for reason in figure.reasons] == [2]
    assert figure.reasons[0].reason == f"deploying a wave: {deployment.backout.cause.reason}"


def test_a_reason_that_only_looks_like_a_host_keeps_its_words() -> None:
    deployment, story = deployment_and_story("rolled_back")
    assert deployment.backout is not None
    named = deployment.backout.model_copy(update={"reason": "web1 serves the wrong web2"})
    (figure,) = figures([(deployment.model_copy(update={"backout": named}), story)])
    assert figure.reasons[0].reason == "taken back by a person: web1 serves the wrong web2"


def test_a_refusal_is_counted_by_its_causes() -> None:
    deployment, story = deployment_and_story("refused_environment")
    causes = Preparation.updated(deployment.preparation, causes=("port 22: expected open, found closed",))
    (figure,) = figures([(deployment.with_(preparation=causes), story)])
    assert [reason.reason for reason in figure.reasons] == ["refused: port 22: expected open, found closed"]


def test_what_a_person_took_back_is_told_so() -> None:
    assert of("rolled_back").reasons[0].reason.startswith("taken back by a person: ")


def test_rehearsals_are_counted_by_themselves() -> None:
    d, story = deployment_and_story("pilot_backed_out")
    whole = EffectivePlan(ingredients=tuple(Ingredient(name=name, parts={}) for name in INGREDIENTS))
    rehearsal = Rehearsal(of=whole, environment="live", part="backout")
    good = d.with_(rehearsing=RehearsalProgress(rehearsal=rehearsal, rehearsed="end"))
    poor = d.with_(rehearsing=RehearsalProgress(rehearsal=rehearsal))
    (figure,) = figures([(good, story), (poor, story)])
    assert (figure.deployments, figure.rehearsals, figure.rehearsed, figure.success) == (0, 2, 1, None)
    assert figure.reasons == ()


def test_only_what_began_since() -> None:
    d, _ = deployment_and_story("held")
    assert list(within([d], d.began_at)) == [d]
    assert list(within([d], d.began_at + timedelta(seconds=1))) == []
    assert list(within([d], None)) == [d]
